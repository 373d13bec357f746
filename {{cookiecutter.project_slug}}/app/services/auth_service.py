"""Logging in, staying logged in, and logging out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.config import settings
from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.exceptions import (
    InvalidCredentialsError,
    InvalidRefreshTokenError,
    RefreshTokenReusedError,
    UnauthorizedError,
)
from app.core.security import AccessClaims, create_access_token, hash_token, new_refresh_token
from app.crud.session import session_crud
from app.models.user import User
from app.services.user_service import user_service

log = structlog.get_logger()


@dataclass(frozen=True)
class TokenPair:
    """What a login or a refresh gives out; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class AuthService:
    """Sessions: each login opens one, and its refresh tokens form one family."""

    async def login(self, db: DbSession, email: str, password: str) -> TokenPair:
        """Open a session; `email` is written as accounts store it.

        Raises:
            InvalidCredentialsError: no active account has this address and password.
        """
        user = await user_service.authenticate(db, email, password)
        if user is None:
            raise InvalidCredentialsError
        expires_at = utc_now() + timedelta(days=settings.refresh_token_absolute_days)
        session = await session_crud.create(db, {"user_id": user.id, "expires_at": expires_at})
        return await self.give_tokens(db, user.id, session.id, session.expires_at)

    async def refresh(self, db: DbSession, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for a new pair; each one works once.

        Raises:
            InvalidRefreshTokenError: it is unknown or expired, or its session has ended.
            RefreshTokenReusedError: it was used before; the session ends with this.
        """
        token_hash = hash_token(refresh_token)
        session_id = await session_crud.use_token(db, token_hash)
        if session_id is None:
            await self.end_family_of_used_token(db, token_hash)
            raise InvalidRefreshTokenError
        session = await session_crud.get_open(db, session_id)
        if session is None:
            raise InvalidRefreshTokenError
        return await self.give_tokens(db, session.user_id, session.id, session.expires_at)

    async def end_family_of_used_token(self, db: DbSession, token_hash: bytes) -> None:
        """End the session of a token that comes a second time: one of two holders stole it."""
        session_id = await session_crud.get_session_of_used_token(db, token_hash)
        if session_id is not None:
            await session_crud.revoke(db, session_id)
            log.warning("refresh token reused", session_id=str(session_id))
            raise RefreshTokenReusedError

    async def logout(self, db: DbSession, session_id: UUID) -> None:
        """End a session: its access tokens are refused from the next request on."""
        await session_crud.revoke(db, session_id)

    async def get_user(self, db: DbSession, claims: AccessClaims) -> User:
        """Return the user that a token speaks for.

        Raises:
            UnauthorizedError: the session has ended, or the account is inactive or gone.
        """
        user = await session_crud.get_user(db, claims.session_id, claims.user_id)
        if user is None:
            raise UnauthorizedError
        return user

    async def give_tokens(
        self, db: DbSession, user_id: UUID, session_id: UUID, session_end: datetime
    ) -> TokenPair:
        """Make the next pair of a session; an unused refresh token expires with the idle time."""
        refresh_token = new_refresh_token()
        idle_end = utc_now() + timedelta(days=settings.refresh_token_idle_days)
        await session_crud.add_token(
            db, session_id, hash_token(refresh_token), min(idle_end, session_end)
        )
        return TokenPair(
            access_token=create_access_token(user_id, session_id),
            refresh_token=refresh_token,
            expires_in=settings.access_token_expire_minutes * 60,
        )


auth_service = AuthService()
