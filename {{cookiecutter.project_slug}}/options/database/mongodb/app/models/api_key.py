"""Keys with which services call the API."""

from datetime import datetime
from uuid import UUID

from app.models.base import Entity, index


class ApiKey(Entity):
    """A key by its SHA-256; it acts for its owner, within its scopes, until it ends."""

    user_id: UUID
    name: str
    prefix: str
    key_hash: bytes
    scopes: list[str]
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    class Settings:
        """The collection and its indexes."""

        name = "api_keys"
        indexes = (index("user_id"), index("key_hash", unique=True))
