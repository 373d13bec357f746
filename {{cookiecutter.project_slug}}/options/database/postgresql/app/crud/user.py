"""Users in the database."""

from collections.abc import Mapping
from typing import ClassVar

from sqlalchemy import select

from app.core.database import DbSession
from app.core.enums import Role
from app.core.exceptions import AppError, EmailTakenError, UserHasOrdersError
from app.crud.base import CRUDBase
from app.models.user import User


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


user_crud = CRUDUser(User)
