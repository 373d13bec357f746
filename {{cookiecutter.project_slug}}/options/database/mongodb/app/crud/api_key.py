"""API keys in the database."""

from datetime import timedelta
from uuid import UUID

from app.core.clock import utc_now
from app.core.database import DbSession, begin
from app.crud.base import CRUDBase, changed
from app.models.api_key import ApiKey
from app.models.user import User

# A key that is used a thousand times a second is written down once a minute.
LAST_USE_STEP = timedelta(minutes=1)


class CRUDApiKey(CRUDBase[ApiKey]):
    """API keys: found by their hash, ended, and never deleted but with their owner."""

    async def get_with_owner(self, db: DbSession, key_hash: bytes) -> tuple[ApiKey, User] | None:
        """Return a key that has not ended and its owner, who is active; None otherwise."""
        usable = {"key_hash": key_hash, "revoked_at": None, "expires_at": {"$gt": utc_now()}}
        key = await ApiKey.find_one(usable, session=db)
        owner = key and await User.find_one({"_id": key.user_id, "is_active": True}, session=db)
        return (key, owner) if key and owner else None

    async def note_use(self, db: DbSession, key_id: UUID) -> None:
        """Write down that the key was used now, unless that was done within the last minute."""
        now = utc_now()
        is_due = [{"last_used_at": None}, {"last_used_at": {"$lt": now - LAST_USE_STEP}}]
        # Outside the transaction, if none is under way: many who come at once need not conflict.
        await self.collection.update_one(
            {"_id": key_id, "$or": is_due}, changed({"last_used_at": now}), session=db
        )

    async def revoke_all(self, db: DbSession, user_id: UUID) -> None:
        """End all keys of a user."""
        await begin(db)
        await self.collection.update_many(
            {"user_id": user_id, "revoked_at": None}, changed({"revoked_at": utc_now()}), session=db
        )

    async def delete_all(self, db: DbSession, user_id: UUID) -> None:
        """Delete all keys of a user."""
        await begin(db)
        await self.collection.delete_many({"user_id": user_id}, session=db)


api_key_crud = CRUDApiKey(ApiKey)
