"""Webhooks: what others have sent, and how far the newest of it goes."""

from datetime import datetime

from sqlalchemy import Enum, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import WebhookStatus
from app.models.base import Entity, Timestamp


class WebhookEvent(Entity):
    """A message of a source, stored once however often it came; its body is a file of it."""

    __tablename__ = "webhook_events"

    source: Mapped[str] = mapped_column(String(50))
    event_id: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(100))
    occurred_at: Mapped[datetime] = mapped_column(Timestamp)
    status: Mapped[WebhookStatus] = mapped_column(
        Enum(
            WebhookStatus,
            name="status",
            native_enum=False,
            create_constraint=True,
            length=20,
            values_callable=lambda statuses: [status.value for status in statuses],
        ),
        default=WebhookStatus.RECEIVED,
    )
    error: Mapped[str | None] = mapped_column(String(500))
    # Whoever processes an earlier one than the last may write no more.
    replays: Mapped[int] = mapped_column(default=0)
    processed_at: Mapped[datetime | None] = mapped_column(Timestamp)

    __table_args__ = (
        UniqueConstraint("source", "event_id"),
        Index("ix_webhook_events_source_id", "source", "id"),
        Index("ix_webhook_events_status_id", "status", "id"),
        Index("ix_webhook_events_created_at", "created_at"),
    )


class WebhookSubject(Entity):
    """Something that a source tells of, and when the newest that has taken effect occurred."""

    __tablename__ = "webhook_subjects"

    source: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(255))
    newest_at: Mapped[datetime] = mapped_column(Timestamp)

    __table_args__ = (UniqueConstraint("source", "name"),)
