"""Sessions and their refresh tokens in the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.exceptions import AppError, InvalidCredentialsError, InvalidRefreshTokenError
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase
from app.models.session import RefreshToken, UserSession
from app.models.user import User


class CRUDSession(CRUDBase[UserSession]):
    """Sessions: opened at login, looked up on each request, ended at once."""

    # Both can be broken only by deleting the account at the same moment.
    conflicts: ClassVar[Mapping[str, type[AppError]]] = {
        "fk_user_sessions_user_id": InvalidCredentialsError,
        "fk_refresh_tokens_session_id": InvalidRefreshTokenError,
    }

    async def get_user(self, db: DbSession, session_id: UUID, user_id: UUID) -> User | None:
        """Return the active user of a session that has not ended, in one query."""
        return await db.scalar(
            select(User)
            .join(UserSession, UserSession.user_id == User.id)
            .where(
                UserSession.id == session_id,
                User.id == user_id,
                User.is_active,
                UserSession.revoked_at.is_(None),
                UserSession.expires_at > utc_now(),
            )
        )

    async def get_open(self, db: DbSession, session_id: UUID) -> UserSession | None:
        """Return a session that has not ended and whose user is active."""
        return await db.scalar(
            select(UserSession)
            .join(User, User.id == UserSession.user_id)
            .where(
                UserSession.id == session_id,
                User.is_active,
                UserSession.revoked_at.is_(None),
                UserSession.expires_at > utc_now(),
            )
        )

    async def list_open(self, db: DbSession, user_id: UUID, page: PageRequest) -> Page[UserSession]:
        """Return one page of a user's sessions that have not ended; raises as `list`."""
        return await self.list(
            db,
            page,
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > utc_now(),
        )

    async def revoke(self, db: DbSession, session_id: UUID, user_id: UUID | None = None) -> bool:
        """End a session, of this user if one is named; tell whether it was open until now."""
        ended = (
            update(UserSession)
            .where(UserSession.id == session_id, UserSession.revoked_at.is_(None))
            .values(revoked_at=utc_now())
            .returning(UserSession.id)
        )
        if user_id is not None:
            ended = ended.where(UserSession.user_id == user_id)
        return await db.scalar(ended) is not None

    async def revoke_all(self, db: DbSession, user_id: UUID) -> None:
        """End all sessions of a user."""
        await db.execute(
            update(UserSession)
            .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
            .values(revoked_at=utc_now())
        )

    async def add_token(
        self, db: DbSession, session_id: UUID, token_hash: bytes, expires_at: datetime
    ) -> None:
        """Store a refresh token of the session."""
        token = RefreshToken(session_id=session_id, token_hash=token_hash, expires_at=expires_at)
        db.add(token)
        await self.flush(db)

    async def use_token(self, db: DbSession, token_hash: bytes) -> UUID | None:
        """Mark a token as used and return its session; None when it is used, expired or unknown.

        Of two callers at once one gets the session: the row's lock and the condition decide.
        """
        return await db.scalar(
            update(RefreshToken)
            .where(
                RefreshToken.token_hash == token_hash,
                RefreshToken.used_at.is_(None),
                RefreshToken.expires_at > utc_now(),
            )
            .values(used_at=utc_now())
            .returning(RefreshToken.session_id)
        )

    async def get_session_of_used_token(self, db: DbSession, token_hash: bytes) -> UUID | None:
        """Return the session of a token that was used before; None for any other token."""
        return await db.scalar(
            select(RefreshToken.session_id).where(
                RefreshToken.token_hash == token_hash, RefreshToken.used_at.is_not(None)
            )
        )


session_crud = CRUDSession(UserSession)
