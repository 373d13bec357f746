"""Which messages a Celery worker takes: those that hold the id of a job, and nothing else."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from celery.exceptions import InvalidTaskError
from celery.worker.strategy import default


def only_with_id(task: Any, app: Any, consumer: Any) -> Callable[..., object]:
    """Return what begins a task; Celery drops what this refuses, and would stop at what it is."""
    begin = default(task, app, consumer)

    def check_and_begin(message: Any, *others: Any) -> object:
        if not holds_id(message):
            raise InvalidTaskError("the message holds no id of a job")
        return begin(message, *others)

    return check_and_begin


def holds_id(message: Any) -> bool:
    """Tell whether the one argument of a message is an id."""
    with suppress(Exception):
        [[job_id], _, _] = message.payload
        return bool(UUID(job_id))
    return False
