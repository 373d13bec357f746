"""What is to happen once a unit of work is committed."""

from collections.abc import Awaitable, Callable, Iterable

import structlog

log = structlog.get_logger()


async def run_callbacks(callbacks: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Run them one after the other; since all is committed, no error of theirs fails the caller."""
    for callback in callbacks:
        try:
            await callback()
        except Exception:
            log.exception("failed after the commit")
