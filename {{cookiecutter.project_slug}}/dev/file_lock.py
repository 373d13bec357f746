"""Locks between processes; the system frees them when their process ends, however it ends."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait until no other process is between these lines."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def join(users: IO[str]) -> None:
    """Count this process among the users of something shared."""
    fcntl.flock(users, fcntl.LOCK_SH)


def leave(users: IO[str]) -> bool:
    """Stop counting this process, and tell whether it was the last."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
