"""What routers ask for: the unit of work, the client, the caller, a role, an idempotency key."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Request

from app.core.auth import api_key_scheme, oauth2_scheme, optional_oauth2_scheme
from app.core.client import Client, client_of
from app.core.database import DbSession, get_db
from app.core.enums import Role, Scope
from app.core.exceptions import ForbiddenError
from app.core.security import AccessClaims, decode_access_token
from app.models.user import User
from app.services.api_key_service import api_key_service
from app.services.auth_service import auth_service

# With function scope the commit happens before the answer is sent, so a failed commit is told.
Db = Annotated[DbSession, Depends(get_db, scope="function")]

OptionalToken = Annotated[str | None, Depends(optional_oauth2_scheme)]
OptionalKey = Annotated[str | None, Depends(api_key_scheme)]


def get_client(request: Request) -> Client:
    """Return where the request comes from, past the proxies that are ours."""
    return client_of(request)


CallingClient = Annotated[Client, Depends(get_client)]


def get_token_claims(token: Annotated[str, Depends(oauth2_scheme)]) -> AccessClaims:
    """Return what the caller's access token says."""
    return decode_access_token(token)


Claims = Annotated[AccessClaims, Depends(get_token_claims)]


async def get_current_user(claims: Claims, db: Db) -> User:
    """Return the caller; a session that ended a moment ago is refused already."""
    return await auth_service.get_user(db, claims)


CurrentUser = Annotated[User, Depends(get_current_user)]


def user_or_service(scope: Scope) -> Callable[..., Awaitable[User]]:
    """Make a dependency that also takes an API key of this scope, which acts for its owner."""

    async def get_caller(token: OptionalToken, key: OptionalKey, db: Db) -> User:
        if token is None and key is not None:
            return await api_key_service.use_key(db, key, scope)
        return await auth_service.get_user(db, decode_access_token(token or ""))

    return get_caller


OrderReader = Annotated[User, Depends(user_or_service(Scope.ORDERS_READ))]
OrderWriter = Annotated[User, Depends(user_or_service(Scope.ORDERS_WRITE))]


def require_role(
    *roles: Role, caller: Callable[..., Awaitable[User]] = get_current_user
) -> Callable[[User], Awaitable[User]]:
    """Make a dependency that lets only these roles pass."""

    async def check_role(user: Annotated[User, Depends(caller)]) -> User:
        if user.role not in roles:
            raise ForbiddenError
        return user

    return check_role


Staff = Annotated[User, Depends(require_role(Role.MANAGER, Role.ADMIN))]
Admin = Annotated[User, Depends(require_role(Role.ADMIN))]
CatalogueManager = Annotated[
    User,
    Depends(require_role(Role.MANAGER, Role.ADMIN, caller=user_or_service(Scope.PRODUCTS_WRITE))),
]

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
