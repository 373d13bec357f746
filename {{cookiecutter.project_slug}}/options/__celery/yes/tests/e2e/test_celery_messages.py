"""What strangers put into the queue of Celery."""

import asyncio
import pickle
from pathlib import Path
from typing import Any

import pytest

from app.core import celery_queue
from app.core.ids import new_id
from dev.chaos.effects import SUCCEEDED, queue_piece, wait_until
from dev.chaos.processes import Kept
from tests.e2e.pickles import Trap

PICKLE = {"content_type": "application/x-python-serialize", "content_encoding": "binary"}
JSON = {"content_type": "application/json", "content_encoding": "utf-8"}
LONGEST_SECONDS = 30


async def wait_until_empty() -> None:
    """Return once the queue is empty: a schedule may put something in as well."""
    async with asyncio.timeout(LONGEST_SECONDS):
        while await celery_queue.queue_length():  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.1)


def publish(body: bytes, **properties: Any) -> None:
    """Put a message into the queue."""
    headers = {"lang": "py", "task": celery_queue.TASK, "id": str(new_id())}
    with celery_queue.celery.connection_for_write() as connection:
        connection.Producer().publish(
            body, routing_key=celery_queue.NAME, headers=headers, **properties
        )


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[[], {}, {}]", b'[["no id"], {}, {}]'])
async def test_a_worker_survives_what_is_no_message(
    committed: None, workers: list[Kept], body: bytes
) -> None:
    await asyncio.to_thread(publish, body, **JSON)

    await wait_until((await queue_piece("add_piece_as_cpu")).job, SUCCEEDED)

    await wait_until_empty()


async def test_a_pickle_is_never_run(committed: None, workers: list[Kept], tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    await asyncio.to_thread(publish, pickle.dumps(([Trap(trap)], {}, {})), **PICKLE)

    await wait_until((await queue_piece("add_piece_as_cpu")).job, SUCCEEDED)

    await wait_until_empty()
    assert not trap.exists()
