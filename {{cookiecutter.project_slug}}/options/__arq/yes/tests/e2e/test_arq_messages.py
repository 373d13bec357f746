"""What strangers put into the queue of ARQ, and what many put in at once."""

import asyncio
from pathlib import Path

import pytest
from arq.connections import ArqRedis
from arq.jobs import serialize_job

from app.core import arq_queue
from app.core.ids import new_id
from dev.chaos.effects import SUCCEEDED, queue_piece, wait_until
from dev.chaos.processes import Kept
from tests.e2e.pickles import Trap


async def put(redis: ArqRedis, content: bytes) -> str:
    """Put a message into the queue, and return its name."""
    message = str(new_id())
    await redis.set(f"arq:job:{message}", content)
    await redis.zadd(arq_queue.NAME, {message: 1})
    return message


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"f": "add_piece"}'])
async def test_a_worker_survives_what_is_no_message(
    committed: None, workers: list[Kept], content: bytes
) -> None:
    message = await put(arq_queue.client(), content)

    await wait_until((await queue_piece()).job, SUCCEEDED)

    assert await arq_queue.client().zscore(arq_queue.NAME, message) is None


async def test_a_pickle_is_never_run(committed: None, workers: list[Kept], tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    content = serialize_job("add_piece", (Trap(trap),), {}, 1, 1)
    message = await put(arq_queue.client(), content)

    await wait_until((await queue_piece()).job, SUCCEEDED)

    assert await arq_queue.client().zscore(arq_queue.NAME, message) is None
    assert not trap.exists()


async def test_a_hundred_jobs_of_one_moment_need_not_wait_for_a_connection(
    workers: list[Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arq_queue.client().connection_pool, "timeout", 0.001)

    at_once = [arq_queue.enqueue("add_piece", new_id(), str(new_id())) for _ in range(100)]

    await asyncio.gather(*at_once)
