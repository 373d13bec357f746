"""Sessions: one a login, with the refresh tokens that were given out for it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.core.clock import utc_now
from app.models.base import Entity, expiry, index


class UserSession(Entity):
    """A login; it ends at `expires_at`, or at once when `revoked_at` is set.

    Agent and address are those of the login; `last_used_at` is the last refresh.
    """

    user_id: UUID
    user_agent: str = ""
    address: str = ""
    last_used_at: datetime = Field(default_factory=utc_now)
    expires_at: datetime
    revoked_at: datetime | None = None

    class Settings:
        """The collection and its indexes."""

        name = "user_sessions"
        indexes = (index("user_id"), expiry())


class RefreshToken(Entity):
    """A refresh token by its SHA-256; a used one is kept, to notice that it comes again."""

    session_id: UUID
    token_hash: bytes
    expires_at: datetime
    used_at: datetime | None = None

    class Settings:
        """The collection and its indexes."""

        name = "refresh_tokens"
        indexes = (index("session_id"), index("token_hash", unique=True), expiry())
