"""Tokens that were sent by mail, to prove that somebody reads a mailbox."""

from datetime import datetime
from uuid import UUID

from app.core.enums import MailTokenPurpose
from app.models.base import Entity, expiry, index


class MailToken(Entity):
    """A token by its SHA-256; of each purpose a user has one, and a newer one takes its place."""

    user_id: UUID
    purpose: MailTokenPurpose
    email: str
    token_hash: bytes
    expires_at: datetime

    class Settings:
        """The collection and its indexes."""

        name = "mail_tokens"
        indexes = (
            index("token_hash", unique=True),
            index("user_id", "purpose", unique=True),
            expiry(),
        )
