"""Accounts: who has one, and what may become of it."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.database import DbSession, release
from app.core.enums import Role
from app.core.exceptions import UserNotFoundError
from app.core.pagination import Page, PageRequest
from app.core.security import DUMMY_HASH, get_password_hash, verify_and_upgrade
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
        """Create an account.

        Raises:
            EmailTakenError: the address has an account.
        """
        hashed = await get_password_hash(password)
        return await user_crud.create(
            db,
            {"email": email, "hashed_password": hashed, "full_name": full_name, "role": role},
        )

    async def authenticate(self, db: DbSession, email: str, password: str) -> User | None:
        """Return the active user with this address and password, or None.

        An unknown address takes as long as a known one. A hash of an old kind is replaced.
        """
        user = await user_crud.get_by_email(db, email)
        hashed = user.hashed_password if user else DUMMY_HASH
        await release(db)
        valid, upgraded = await verify_and_upgrade(password, hashed)
        if not user or not valid or not user.is_active:
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
        """Change an account."""
        return await user_crud.update(db, user, changes)

    async def update_user_by_id(
        self, db: DbSession, user_id: UUID, changes: Mapping[str, Any]
    ) -> User:
        """Change the account with this id; raises as `get_user`."""
        return await user_crud.update(db, await self.get_user(db, user_id), changes)

    async def delete_user(self, db: DbSession, user_id: UUID) -> None:
        """Delete an account with its sessions.

        Raises:
            UserNotFoundError: there is none with this id.
            UserHasOrdersError: orders name this user.
        """
        await user_crud.delete(db, await self.get_user(db, user_id))

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
