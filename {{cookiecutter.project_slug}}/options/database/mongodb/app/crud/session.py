"""Sessions and their refresh tokens in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.clock import utc_now
from app.core.database import DbSession, begin
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase, changed
from app.models.session import RefreshToken, UserSession
from app.models.user import User


def is_open() -> dict[str, Any]:
    """Match sessions that have not ended."""
    return {"revoked_at": None, "expires_at": {"$gt": utc_now()}}


class CRUDSession(CRUDBase[UserSession]):
    """Sessions: opened at login, looked up on each request, ended at once."""

    async def get_user(self, db: DbSession, session_id: UUID, user_id: UUID) -> User | None:
        """Return the active user of a session that has not ended, in one query."""
        users = await UserSession.aggregate(
            [
                {"$match": {"_id": session_id, "user_id": user_id, **is_open()}},
                {
                    "$lookup": {
                        "from": User.get_collection_name(),
                        "localField": "user_id",
                        "foreignField": "_id",
                        "as": "users",
                    }
                },
                {"$unwind": "$users"},
                {"$replaceRoot": {"newRoot": "$users"}},
                {"$match": {"is_active": True}},
            ],
            projection_model=User,
            session=db,
        ).to_list()
        return users[0] if users else None

    async def get_open(self, db: DbSession, session_id: UUID) -> UserSession | None:
        """Return a session that has not ended and whose user is active."""
        session = await UserSession.find_one({"_id": session_id, **is_open()}, session=db)
        if session is None:
            return None
        user = await User.find_one({"_id": session.user_id, "is_active": True}, session=db)
        return session if user else None

    async def list_open(self, db: DbSession, user_id: UUID, page: PageRequest) -> Page[UserSession]:
        """Return one page of a user's sessions that have not ended; raises as `list`."""
        return await self.list(db, page, {"user_id": user_id, **is_open()})

    async def revoke(self, db: DbSession, session_id: UUID, user_id: UUID | None = None) -> bool:
        """End a session, of this user if one is named; tell whether it was open until now."""
        wanted: dict[str, Any] = {"_id": session_id, "revoked_at": None}
        if user_id is not None:
            wanted["user_id"] = user_id
        await begin(db)
        ended = await self.collection.update_one(
            wanted, changed({"revoked_at": utc_now()}), session=db
        )
        return bool(ended.matched_count)

    async def revoke_all(self, db: DbSession, user_id: UUID) -> None:
        """End all sessions of a user."""
        await begin(db)
        await self.collection.update_many(
            {"user_id": user_id, "revoked_at": None}, changed({"revoked_at": utc_now()}), session=db
        )

    async def delete_all(self, db: DbSession, user_id: UUID) -> None:
        """Delete all sessions of a user; their refresh tokens open nothing then, and expire."""
        await begin(db)
        await self.collection.delete_many({"user_id": user_id}, session=db)

    async def add_token(
        self, db: DbSession, session_id: UUID, token_hash: bytes, expires_at: datetime
    ) -> None:
        """Store a refresh token of the session."""
        token = RefreshToken(session_id=session_id, token_hash=token_hash, expires_at=expires_at)
        await begin(db)
        await token.insert(session=db)

    async def use_token(self, db: DbSession, token_hash: bytes) -> UUID | None:
        """Mark a token as used and return its session; None when it is used, expired or unknown.

        Of two callers at once one gets the session: the condition of the update decides.
        """
        await begin(db)
        used = await RefreshToken.get_pymongo_collection().find_one_and_update(
            {"token_hash": token_hash, "used_at": None, "expires_at": {"$gt": utc_now()}},
            changed({"used_at": utc_now()}),
            session=db,
        )
        session_id: UUID | None = used and used["session_id"]
        return session_id

    async def get_session_of_used_token(self, db: DbSession, token_hash: bytes) -> UUID | None:
        """Return the session of a token that was used before; None for any other token."""
        was_used = {"token_hash": token_hash, "used_at": {"$ne": None}}
        token = await RefreshToken.find_one(was_used, session=db)
        return token.session_id if token else None


session_crud = CRUDSession(UserSession)
