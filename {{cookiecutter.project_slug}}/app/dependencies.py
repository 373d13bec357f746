"""What routers ask for: the unit of work, the caller, a role, an idempotency key."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header

from app.core.auth import oauth2_scheme
from app.core.database import DbSession, get_db
from app.core.enums import Role
from app.core.exceptions import ForbiddenError
from app.core.security import AccessClaims, decode_access_token
from app.models.user import User
from app.services.auth_service import auth_service

# With function scope the commit happens before the answer is sent, so a failed commit is told.
Db = Annotated[DbSession, Depends(get_db, scope="function")]


def get_token_claims(token: Annotated[str, Depends(oauth2_scheme)]) -> AccessClaims:
    """Return what the caller's access token says."""
    return decode_access_token(token)


Claims = Annotated[AccessClaims, Depends(get_token_claims)]


async def get_current_user(claims: Claims, db: Db) -> User:
    """Return the caller; a session that ended a moment ago is refused already."""
    return await auth_service.get_user(db, claims)


CurrentUser = Annotated[User, Depends(get_current_user)]


def require_role(*roles: Role) -> Callable[[User], Awaitable[User]]:
    """Make a dependency that lets only these roles pass."""

    async def check_role(user: CurrentUser) -> User:
        if user.role not in roles:
            raise ForbiddenError
        return user

    return check_role


Manager = Annotated[User, Depends(require_role(Role.MANAGER, Role.ADMIN))]
Admin = Annotated[User, Depends(require_role(Role.ADMIN))]

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="Names this request; sent again, it has no second effect.",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7E]+$",
    ),
]
