"""What the processes beside the API share: their log, their end, and a sign of life."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from app.config import settings
from app.core.database import close_database
from app.core.logging import configure_logging
from app.core.metrics import serve_metrics
from app.core.queue import close_queue
from app.integrations.connections import close_connections

SIGN_OF_LIFE = Path(tempfile.gettempdir()) / "worker.alive"
SIGN_SECONDS = 5
DEAD_SECONDS = 30


def run_process(serve: Callable[[], Awaitable[None]]) -> None:
    """Serve until the process is told to stop, and close all connections."""

    async def serve_and_close() -> None:
        try:
            await serve()
        finally:
            await close_connections()
            await close_queue()
            await close_database()

    configure_logging()
    compute_lightly()
    asyncio.run(serve_and_close())


def compute_lightly() -> None:
    """Have processes that compute import what they compute with, and not this whole program first.

    They import the main module of who starts them, wherever it is known: that takes seconds.
    """
    vars(sys.modules["__main__"]).pop("__file__", None)


@asynccontextmanager
async def alive() -> AsyncIterator[None]:
    """Give signs of life, as long as the event loop turns, and show metrics."""

    serve_metrics(settings.metrics_port)

    async def give_signs() -> None:
        while True:
            SIGN_OF_LIFE.touch()
            await asyncio.sleep(SIGN_SECONDS)

    giving = asyncio.create_task(give_signs())
    try:
        yield
    finally:
        giving.cancel()


def is_alive() -> bool:
    """Tell whether the worker on this machine has given a sign of life of late."""
    with suppress(FileNotFoundError):
        return time.time() - SIGN_OF_LIFE.stat().st_mtime < DEAD_SECONDS
    return False


if __name__ == "__main__":
    sys.exit(0 if is_alive() else "no sign of life from the worker")
