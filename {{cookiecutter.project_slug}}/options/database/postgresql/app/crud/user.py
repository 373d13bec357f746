"""Users in the database."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.core.database import DbSession
from app.core.enums import Role
from app.core.exceptions import AppError, EmailTakenError, UserHasOrdersError
from app.crud.base import CRUDBase
from app.crud.job import job_crud
from app.models.user import User

REACHABLE = (User.is_active, User.email_verified)


class CRUDUser(CRUDBase[User]):
    """Users, found by id or by e-mail address."""

    conflicts: ClassVar[Mapping[str, type[AppError]]] = {
        "uq_users_email": EmailTakenError,
        "fk_orders_user_id": UserHasOrdersError,
    }

    async def get_by_email(self, db: DbSession, email: str) -> User | None:
        """Return the user with this address, which is to be in lower case."""
        return await db.scalar(select(User).where(User.email == email))

    async def exists_with_role(self, db: DbSession, role: Role) -> bool:
        """Tell whether anyone has this role."""
        return bool(await db.scalar(select(select(User).where(User.role == role).exists())))

    async def create_unless_taken(self, db: DbSession, obj_in: Mapping[str, Any]) -> User | None:
        """Insert a user; return None when the address has an account already."""
        row = insert(User).values(**obj_in)
        unless_taken = row.on_conflict_do_nothing(index_elements=[User.email])
        return await db.scalar(unless_taken.returning(User))

    async def count_reachable(self, db: DbSession) -> int:
        """Count the users who can be written to."""
        return await db.scalar(select(func.count()).select_from(User).where(*REACHABLE)) or 0

    async def list_reachable(self, db: DbSession, after: UUID, limit: int) -> Sequence[User]:
        """Return users who can be written to, from an id on, in the order of their ids."""
        query = select(User).where(*REACHABLE, User.id > after).order_by(User.id).limit(limit)
        return (await db.scalars(query)).all()

    async def delete(self, db: DbSession, db_obj: User) -> None:
        """Delete a user, with all that belongs to the account; errors are those of `create`."""
        await job_crud.delete_files(db, db_obj.id)
        await super().delete(db, db_obj)

    async def lock_unchanged(self, db: DbSession, user: User) -> bool:
        """Lock the row against changes until the transaction ends; tell whether it was as read.

        Compared is what a login depends on: the password, the address and whether it is active.
        """
        same = select(User.id).where(
            User.id == user.id,
            User.hashed_password == user.hashed_password,
            User.email == user.email,
            User.is_active == user.is_active,
        )
        return await db.scalar(same.with_for_update(read=True)) is not None

    async def lock_active_admins(self, db: DbSession) -> set[UUID]:
        """Return the ids of all active admins, whose rows are locked until the transaction ends."""
        admins = select(User.id).where(User.role == Role.ADMIN, User.is_active)
        # In one order, so that two callers never wait for each other.
        return set(await db.scalars(admins.order_by(User.id).with_for_update()))


user_crud = CRUDUser(User)
