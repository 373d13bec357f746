"""Webhooks: what others have sent, and how far the newest of it goes."""

from datetime import datetime

from app.core.enums import WebhookStatus
from app.models.base import Entity, index


class WebhookEvent(Entity):
    """A message of a source, stored once however often it came; its body is a file of it."""

    source: str
    event_id: str
    type: str
    occurred_at: datetime
    status: WebhookStatus = WebhookStatus.RECEIVED
    error: str | None = None
    # Whoever processes an earlier one than the last may write no more.
    replays: int = 0
    processed_at: datetime | None = None

    class Settings:
        """The collection and its indexes."""

        name = "webhook_events"
        indexes = (
            index("source", "event_id", unique=True),
            index("source", "_id"),
            index("status", "_id"),
            index("created_at"),
        )


class WebhookSubject(Entity):
    """Something that a source tells of, and when the newest that has taken effect occurred."""

    source: str
    name: str
    newest_at: datetime

    class Settings:
        """The collection and its indexes."""

        name = "webhook_subjects"
        indexes = (index("source", "name", unique=True),)
