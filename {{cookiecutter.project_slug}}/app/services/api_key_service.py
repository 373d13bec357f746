"""Keys with which services call the API in an account's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from app.core.clock import utc_now
from app.core.database import DbSession, release
from app.core.enums import Scope
from app.core.exceptions import ApiKeyNotFoundError, MissingScopeError, UnauthorizedError
from app.core.pagination import Page, PageRequest
from app.core.security import hash_token, new_token
from app.crud.api_key import api_key_crud
from app.models.api_key import ApiKey
from app.models.user import User

log = structlog.get_logger()

# A fixed beginning lets scanners find a key that was committed by mistake.
PREFIX = "key_"
SHOWN_LENGTH = 12


@dataclass(frozen=True)
class NewApiKey:
    """A key as it is shown once: stored is its hash alone."""

    key: str
    details: ApiKey


class ApiKeyService:
    """Make, list, end and check keys; each has scopes and an end."""

    async def create_key(
        self, db: DbSession, owner: User, name: str, scopes: Sequence[Scope], days: int
    ) -> NewApiKey:
        """Make a key that acts for its owner, within the scopes, for so many days."""
        key = PREFIX + new_token()
        values = {
            "user_id": owner.id,
            "name": name,
            "prefix": key[:SHOWN_LENGTH],
            "key_hash": hash_token(key),
            "scopes": sorted(set(scopes)),
            "expires_at": utc_now() + timedelta(days=days),
        }
        details = await api_key_crud.create(db, values)
        log.info("API key made", key_id=str(details.id), user_id=str(owner.id))
        return NewApiKey(key, details)

    async def list_keys(self, db: DbSession, page: PageRequest) -> Page[ApiKey]:
        """Return one page of all keys, ended ones too."""
        return await api_key_crud.list(db, page)

    async def revoke_key(self, db: DbSession, key_id: UUID) -> None:
        """End a key; ending it again changes nothing.

        Raises:
            ApiKeyNotFoundError: there is none with this id.
        """
        details = await api_key_crud.get(db, key_id)
        if details is None:
            raise ApiKeyNotFoundError
        if details.revoked_at is None:
            await api_key_crud.update(db, details, {"revoked_at": utc_now()})
            log.info("API key ended", key_id=str(key_id))

    async def use_key(self, db: DbSession, key: str, scope: Scope) -> User:
        """Return the owner of a key, and write down that it was used.

        Raises:
            UnauthorizedError: it is unknown or has ended, or its owner is inactive.
            MissingScopeError: it was not made for this.
        """
        found = await api_key_crud.get_with_owner(db, hash_token(key))
        if found is None:
            raise UnauthorizedError
        details, owner = found
        await api_key_crud.note_use(db, details.id)
        # Written down also when what follows fails.
        await release(db)
        if scope not in details.scopes:
            raise MissingScopeError
        return owner


api_key_service = ApiKeyService()
