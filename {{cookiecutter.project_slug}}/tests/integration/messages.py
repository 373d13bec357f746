"""What goes into the queue."""

from typing import NamedTuple
from uuid import UUID


class Message(NamedTuple):
    """A job's name and id, and what the message is called in the queue."""

    job: str
    job_id: UUID
    name: str
