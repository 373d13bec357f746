"""The queue: none but a list in this process. To have one, generate with another `task_queue`."""

import asyncio
from functools import cache
from uuid import UUID

Message = tuple[str, UUID]


@cache
def messages() -> asyncio.Queue[Message]:
    """Return what waits in this process; what is lost with it, a relay publishes again."""
    return asyncio.Queue()


async def enqueue(job: str, job_id: UUID, message: str) -> None:
    """Have this process run a job; `message` names no other one that could be there already."""
    messages().put_nowait((job, job_id))


async def queue_length() -> int:
    """Count the messages that wait."""
    return messages().qsize()


async def close_queue() -> None:
    """Forget what waits."""
    messages.cache_clear()
