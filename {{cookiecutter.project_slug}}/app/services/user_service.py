"""Accounts: who has one, and what may become of it."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.config import settings
from app.core.database import DbSession, release
from app.core.enums import Role
from app.core.exceptions import LastAdminError, UserNotFoundError
from app.core.pagination import Page, PageRequest
from app.core.security import (
    DUMMY_HASH,
    get_password_hash,
    refuse_guessable,
    verify_and_upgrade,
)
from app.crud.api_key import api_key_crud
from app.crud.session import session_crud
from app.crud.user import user_crud
from app.models.user import User


class UserService:
    """Create, find and change accounts."""

    async def create_user(
        self,
        db: DbSession,
        email: str,
        password: str,
        full_name: str = "",
        role: Role = Role.CUSTOMER,
    ) -> User:
        """Create an account on an admin's word, by which its address counts as confirmed.

        Raises:
            GuessablePasswordError: the password is a common one, or the address.
            EmailTakenError: the address has an account.
        """
        refuse_guessable(password, email)
        values = {"email": email, "full_name": full_name, "role": role, "email_verified": True}
        hashed = await get_password_hash(password)
        return await user_crud.create(db, {**values, "hashed_password": hashed})

    async def authenticate(self, db: DbSession, email: str, password: str) -> User | None:
        """Return the user with this address and password who may log in, or None.

        An unknown address takes as long as a known one. A hash of an old kind is replaced.
        """
        user = await user_crud.get_by_email(db, email)
        hashed = user.hashed_password if user else DUMMY_HASH
        await release(db)
        valid, upgraded = await verify_and_upgrade(password, hashed)
        if not user or not valid or not user.is_active:
            return None
        if settings.verified_email_required and not user.email_verified:
            return None
        # The password may have been changed, and all sessions ended, while it was checked.
        if not await user_crud.lock_unchanged(db, user):
            return None
        if upgraded:
            await user_crud.update(db, user, {"hashed_password": upgraded})
        return user

    async def get_user(self, db: DbSession, user_id: UUID) -> User:
        """Return an account.

        Raises:
            UserNotFoundError: there is none with this id.
        """
        user = await user_crud.get(db, user_id)
        if user is None:
            raise UserNotFoundError
        return user

    async def get_visible_user(self, db: DbSession, user_id: UUID, viewer: User) -> User:
        """Return an account that the viewer may see: the own one, or any for an admin.

        Raises:
            UserNotFoundError: there is none, or it is somebody else's.
        """
        if viewer.role != Role.ADMIN and viewer.id != user_id:
            raise UserNotFoundError
        return await self.get_user(db, user_id)

    async def list_users(self, db: DbSession, page: PageRequest) -> Page[User]:
        """Return one page of all accounts."""
        return await user_crud.list(db, page)

    async def update_user(self, db: DbSession, user: User, changes: Mapping[str, Any]) -> User:
        """Change an account; with `is_active` its sessions and keys end for good.

        Raises:
            LastAdminError: it is the last active admin, and would not be one any more.
        """
        if not changes.get("is_active", True) or changes.get("role", Role.ADMIN) != Role.ADMIN:
            await self.refuse_last_admin(db, user)
        ends_access = changes.get("is_active", user.is_active) != user.is_active
        # The row first: it holds up logins, and those before it are seen by what follows.
        await user_crud.update(db, user, changes)
        if ends_access:
            await session_crud.revoke_all(db, user.id)
            await api_key_crud.revoke_all(db, user.id)
        return user

    async def update_user_by_id(
        self, db: DbSession, user_id: UUID, changes: Mapping[str, Any]
    ) -> User:
        """Change the account with this id; raises as `get_user` and `update_user`."""
        return await self.update_user(db, await self.get_user(db, user_id), changes)

    async def delete_user(self, db: DbSession, user_id: UUID) -> None:
        """Delete an account with its sessions.

        Raises:
            UserNotFoundError: there is none with this id.
            LastAdminError: it is the last active admin.
            UserHasOrdersError: orders name this user.
        """
        user = await self.get_user(db, user_id)
        await self.refuse_last_admin(db, user)
        await user_crud.delete(db, user)

    async def refuse_last_admin(self, db: DbSession, user: User) -> None:
        """Make sure that another active admin stays, also when several go at once.

        Raises:
            LastAdminError: this is the last one.
        """
        if await user_crud.lock_active_admins(db) == {user.id}:
            raise LastAdminError

    async def create_admin(self, db: DbSession, email: str) -> str:
        """Create an admin and return the generated password, which is stored nowhere.

        Raises:
            EmailTakenError: the address has an account.
        """
        password = secrets.token_urlsafe(16)
        await self.create_user(db, email, password, role=Role.ADMIN)
        return password

    async def has_admin(self, db: DbSession) -> bool:
        """Tell whether there is an admin."""
        return await user_crud.exists_with_role(db, Role.ADMIN)


user_service = UserService()
