"""Calls to clients' own services, and the secrets that sign them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Enum, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import CallbackStatus
from app.models.base import Entity, Timestamp


class CallbackDelivery(Entity):
    """A call that was promised, with the log of its tries; it goes when its job goes."""

    __tablename__ = "callback_deliveries"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    event_type: Mapped[str] = mapped_column(String(50))
    url: Mapped[str] = mapped_column(String(2_000))
    # As it is sent, since a signature is one of bytes.
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[CallbackStatus] = mapped_column(
        Enum(
            CallbackStatus,
            name="status",
            native_enum=False,
            create_constraint=True,
            length=20,
            values_callable=lambda statuses: [status.value for status in statuses],
        ),
        default=CallbackStatus.PENDING,
    )
    attempts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    ended_at: Mapped[datetime | None] = mapped_column(Timestamp)

    __table_args__ = (Index("ix_callback_deliveries_user_id_id", "user_id", "id"),)


class CallbackSecret(Entity):
    """What signs a user's callbacks, encrypted; the secret before it signs until a time."""

    __tablename__ = "callback_secrets"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None] = mapped_column(Timestamp)
    rotated_at: Mapped[datetime] = mapped_column(Timestamp)
