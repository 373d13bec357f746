"""Tokens that were sent by mail, to prove that somebody reads a mailbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Enum, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import MailTokenPurpose
from app.models.base import Entity, Timestamp


class MailToken(Entity):
    """A token by its SHA-256; of each purpose a user has one, and a newer one takes its place."""

    __tablename__ = "mail_tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[MailTokenPurpose] = mapped_column(
        Enum(
            MailTokenPurpose,
            native_enum=False,
            length=20,
            values_callable=lambda purposes: [purpose.value for purpose in purposes],
        )
    )
    email: Mapped[str] = mapped_column(String(254))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime] = mapped_column(Timestamp)

    __table_args__ = (UniqueConstraint("user_id", "purpose"),)
