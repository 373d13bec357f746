"""API keys in the database."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import or_, select, update

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.exceptions import AppError, UserNotFoundError
from app.crud.base import CRUDBase
from app.models.api_key import ApiKey
from app.models.user import User

# A key that is used a thousand times a second is written down once a minute.
LAST_USE_STEP = timedelta(minutes=1)


class CRUDApiKey(CRUDBase[ApiKey]):
    """API keys: found by their hash, ended, and never deleted but with their owner."""

    # Can be broken only by deleting the owner at the same moment.
    conflicts: ClassVar[Mapping[str, type[AppError]]] = {"fk_api_keys_user_id": UserNotFoundError}

    async def get_with_owner(self, db: DbSession, key_hash: bytes) -> tuple[ApiKey, User] | None:
        """Return a key that has not ended and its owner, who is active; None otherwise."""
        found = await db.execute(
            select(ApiKey, User)
            .join(User, User.id == ApiKey.user_id)
            .where(
                ApiKey.key_hash == key_hash,
                ApiKey.revoked_at.is_(None),
                ApiKey.expires_at > utc_now(),
                User.is_active,
            )
        )
        row = found.one_or_none()
        return None if row is None else (row[0], row[1])

    async def note_use(self, db: DbSession, key_id: UUID) -> None:
        """Write down that the key was used now, unless that was done within the last minute."""
        now = utc_now()
        await db.execute(
            update(ApiKey)
            .where(
                ApiKey.id == key_id,
                or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - LAST_USE_STEP),
            )
            .values(last_used_at=now)
        )

    async def revoke_all(self, db: DbSession, user_id: UUID) -> None:
        """End all keys of a user."""
        await db.execute(
            update(ApiKey)
            .where(ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None))
            .values(revoked_at=utc_now())
        )


api_key_crud = CRUDApiKey(ApiKey)
