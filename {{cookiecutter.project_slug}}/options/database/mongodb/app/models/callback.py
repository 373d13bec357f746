"""Calls to clients' own services, and the secrets that sign them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.core.enums import CallbackStatus
from app.models.base import Entity, index


class CallbackDelivery(Entity):
    """A call that was promised, with the log of its tries; it goes when its job goes."""

    user_id: UUID
    job_id: UUID
    event_type: str
    url: str
    # As it is sent, since a signature is one of bytes.
    body: str
    status: CallbackStatus = CallbackStatus.PENDING
    attempts: list[dict[str, Any]] = Field(default_factory=list)
    ended_at: datetime | None = None

    class Settings:
        """The collection and its indexes."""

        name = "callback_deliveries"
        indexes = (index("job_id"), index("user_id", "_id"))


class CallbackSecret(Entity):
    """What signs a user's callbacks, encrypted; the secret before it signs until a time."""

    user_id: UUID
    secret: bytes
    previous: bytes | None = None
    previous_until: datetime | None = None
    rotated_at: datetime

    class Settings:
        """The collection and its indexes."""

        name = "callback_secrets"
        indexes = (index("user_id", unique=True),)
