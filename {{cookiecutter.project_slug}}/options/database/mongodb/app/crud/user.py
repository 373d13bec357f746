"""Users in the database."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from app.core.database import DbSession, begin
from app.core.enums import Role
from app.core.exceptions import AppError, EmailTakenError, UserHasOrdersError
from app.crud.api_key import api_key_crud
from app.crud.base import CRUDBase
from app.crud.callback import callback_secret_crud
from app.crud.job import job_crud
from app.crud.mail_token import mail_token_crud
from app.crud.session import session_crud
from app.models.user import User

REACHABLE = {"is_active": True, "email_verified": True}
ACTIVE_ADMIN = {"role": Role.ADMIN.value, "is_active": True}


class CRUDUser(CRUDBase[User]):
    """Users, found by id or by e-mail address."""

    conflicts: ClassVar[Mapping[str, type[AppError]]] = {"email": EmailTakenError}

    async def get_by_email(self, db: DbSession, email: str) -> User | None:
        """Return the user with this address, which is to be in lower case."""
        return await User.find_one({"email": email}, session=db)

    async def exists_with_role(self, db: DbSession, role: Role) -> bool:
        """Tell whether anyone has this role."""
        return await User.find_one({"role": role.value}, session=db) is not None

    async def create_unless_taken(self, db: DbSession, obj_in: Mapping[str, Any]) -> User | None:
        """Insert a user; return None when the address has an account already."""
        return await self.create_unless_there(db, {"email": obj_in["email"]}, obj_in)

    async def delete(self, db: DbSession, db_obj: User) -> None:
        """Delete a user, with all that belongs to the account.

        Raises:
            NotFoundError: somebody else has deleted the user.
            UserHasOrdersError: the user has orders.
        """
        await begin(db)
        no_orders = {"_id": db_obj.id, "has_orders": {"$ne": True}}
        if not (await self.collection.delete_one(no_orders, session=db)).deleted_count:
            if await self.get(db, db_obj.id):
                raise UserHasOrdersError
            await super().delete(db, db_obj)
        belongings = (session_crud, api_key_crud, mail_token_crud, callback_secret_crud, job_crud)
        for crud in belongings:
            await crud.delete_all(db, db_obj.id)

    async def count_reachable(self, db: DbSession) -> int:
        """Count the users who can be written to."""
        return await self.collection.count_documents(REACHABLE, session=db)

    async def list_reachable(self, db: DbSession, after: UUID, limit: int) -> Sequence[User]:
        """Return users who can be written to, from an id on, in the order of their ids."""
        following = {**REACHABLE, "_id": {"$gt": after}}
        return await User.find(following, session=db, limit=limit).sort("_id").to_list()

    async def lock_unchanged(self, db: DbSession, user: User) -> bool:
        """Lock the user against changes until the transaction ends; tell whether it was as read.

        Compared is what a login depends on: the password, the address and whether it is active.
        """
        same = {
            "_id": user.id,
            "hashed_password": user.hashed_password,
            "email": user.email,
            "is_active": user.is_active,
        }
        await begin(db)
        # A write is the only lock; whoever else writes the user meanwhile has to begin again.
        lock = {"$inc": {"locks": 1}}
        return bool((await self.collection.update_one(same, lock, session=db)).matched_count)

    async def lock_active_admins(self, db: DbSession) -> set[UUID]:
        """Return the ids of all active admins, who are locked until the transaction ends."""
        await begin(db)
        lock = {"$inc": {"locks": 1}}
        await self.collection.update_many(ACTIVE_ADMIN, lock, session=db)
        return {admin.id for admin in await User.find(ACTIVE_ADMIN, session=db).to_list()}


user_crud = CRUDUser(User)
