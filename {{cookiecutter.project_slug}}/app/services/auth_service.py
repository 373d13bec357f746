"""Logging in, staying logged in, and logging out."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.config import settings
from app.core.client import Client
from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.exceptions import (
    InvalidCredentialsError,
    InvalidRefreshTokenError,
    RefreshTokenReusedError,
    SessionNotFoundError,
    UnauthorizedError,
)
from app.core.pagination import Page, PageRequest
from app.core.rate_limit import count_attempt
from app.core.security import AccessClaims, create_access_token, hash_token, new_token
from app.crud.session import session_crud
from app.models.session import UserSession
from app.models.user import User
from app.services.user_service import user_service

log = structlog.get_logger()


@dataclass(frozen=True)
class TokenPair:
    """What a login or a refresh gives out; `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True)
class SessionView:
    """A session as its user sees it; `is_current` marks the one that asks."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str
    address: str
    is_current: bool


class AuthService:
    """Sessions: each login opens one, and its refresh tokens form one family."""

    async def login(self, db: DbSession, client: Client, email: str, password: str) -> TokenPair:
        """Open a session; `email` is written as accounts store it.

        Raises:
            InvalidCredentialsError: no account that may log in has this address and password.
            TooManyAttemptsError: there were too many tries.
        """
        await count_attempt("login", client.address, email)
        user = await user_service.authenticate(db, email, password)
        if user is None:
            log.warning("login refused", address=client.address)
            raise InvalidCredentialsError
        return await self.open_session(db, client, user)

    async def open_session(self, db: DbSession, client: Client, user: User) -> TokenPair:
        """Open a session for a user who has proved who they are."""
        expires_at = utc_now() + timedelta(days=settings.refresh_token_absolute_days)
        values = {"user_id": user.id, "expires_at": expires_at, **asdict(client)}
        session = await session_crud.create(db, values)
        log.info("logged in", user_id=str(user.id), session_id=str(session.id))
        return await self.give_tokens(db, user.id, session.id, session.expires_at)

    async def refresh(self, db: DbSession, client: Client, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for a new pair; each one works once.

        Raises:
            InvalidRefreshTokenError: it is unknown or expired, or its session has ended.
            RefreshTokenReusedError: it was used before; the session ends with this.
            TooManyAttemptsError: there were too many tries.
        """
        await count_attempt("refresh", client.address, "")
        token_hash = hash_token(refresh_token)
        session_id = await session_crud.use_token(db, token_hash)
        if session_id is None:
            await self.end_family_of_used_token(db, token_hash)
            raise InvalidRefreshTokenError
        session = await session_crud.get_open(db, session_id)
        if session is None:
            raise InvalidRefreshTokenError
        await session_crud.update(db, session, {"last_used_at": utc_now()})
        return await self.give_tokens(db, session.user_id, session.id, session.expires_at)

    async def end_family_of_used_token(self, db: DbSession, token_hash: bytes) -> None:
        """End the session of a token that comes a second time: one of two holders stole it."""
        session_id = await session_crud.get_session_of_used_token(db, token_hash)
        if session_id is not None:
            # Of many who come with it at once, one ends the session and leaves the event.
            if await session_crud.revoke(db, session_id):
                log.warning("refresh token reused", session_id=str(session_id))
            raise RefreshTokenReusedError

    async def logout(self, db: DbSession, session_id: UUID) -> None:
        """End a session: its access tokens are refused from the next request on."""
        await session_crud.revoke(db, session_id)
        log.info("logged out", session_id=str(session_id))

    async def logout_everywhere(self, db: DbSession, user: User) -> None:
        """End all sessions of a user, this one too."""
        await session_crud.revoke_all(db, user.id)
        log.info("logged out everywhere", user_id=str(user.id))

    async def list_sessions(
        self, db: DbSession, user: User, current_id: UUID, page: PageRequest
    ) -> Page[SessionView]:
        """Return one page of the user's open sessions."""
        sessions = await session_crud.list_open(db, user.id, page)
        views = [to_view(session, current_id) for session in sessions.items]
        return Page(views, sessions.next_cursor)

    async def end_session(self, db: DbSession, user: User, session_id: UUID) -> None:
        """End one of the user's sessions.

        Raises:
            SessionNotFoundError: the user has no open session with this id.
        """
        if not await session_crud.revoke(db, session_id, user.id):
            raise SessionNotFoundError

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
        refresh_token = new_token()
        idle_end = utc_now() + timedelta(days=settings.refresh_token_idle_days)
        await session_crud.add_token(
            db, session_id, hash_token(refresh_token), min(idle_end, session_end)
        )
        return TokenPair(
            access_token=create_access_token(user_id, session_id),
            refresh_token=refresh_token,
            expires_in=settings.access_token_expire_minutes * 60,
        )


def to_view(session: UserSession, current_id: UUID) -> SessionView:
    """Leave out what is nobody's business."""
    return SessionView(
        id=session.id,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        user_agent=session.user_agent,
        address=session.address,
        is_current=session.id == current_id,
    )


auth_service = AuthService()
