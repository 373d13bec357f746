"""Callbacks and their secrets in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import ReturnDocument

from app.core.clock import utc_now
from app.core.database import DbSession, begin
from app.core.enums import CallbackStatus
from app.core.exceptions import UnauthorizedError
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase, changed
from app.models.callback import CallbackDelivery, CallbackSecret
from app.models.user import User


class CRUDCallback(CRUDBase[CallbackDelivery]):
    """Deliveries: locked while a try is noted, begun again by one of many at once."""

    async def list_deliveries(
        self,
        db: DbSession,
        page: PageRequest,
        user_id: UUID | None = None,
        status: CallbackStatus | None = None,
    ) -> Page[CallbackDelivery]:
        """Return one page: of one user, or of all when None; in one status, or in any."""
        wanted = {"user_id": user_id, "status": status and status.value}
        return await self.list(db, page, {k: v for k, v in wanted.items() if v is not None})

    async def lock(self, db: DbSession, id: UUID) -> CallbackDelivery | None:
        """Return a delivery and lock it until the transaction ends."""
        await begin(db)
        # A write is the only lock; whoever else writes the delivery meanwhile has to begin again.
        return await self.find_and_change(db, {"_id": id}, {"$inc": {"locks": 1}})

    async def move(
        self,
        db: DbSession,
        id: UUID,
        before: Collection[CallbackStatus],
        changes: Mapping[str, Any],
    ) -> CallbackDelivery | None:
        """Change a delivery that is in one of these states; None when it is in another."""
        wanted = {"_id": id, "status": {"$in": [status.value for status in before]}}
        await begin(db)
        return await self.find_and_change(db, wanted, changed(changes))

    async def find_and_change(
        self, db: DbSession, wanted: Mapping[str, Any], update: Mapping[str, Any]
    ) -> CallbackDelivery | None:
        """Change the delivery that fits, and return it as it is then."""
        found = await self.collection.find_one_and_update(
            wanted, update, return_document=ReturnDocument.AFTER, session=db
        )
        return None if found is None else CallbackDelivery.model_validate(found)

    async def delete_all(self, db: DbSession, job_ids: Sequence[UUID]) -> None:
        """Delete the deliveries of these jobs."""
        await begin(db)
        await self.collection.delete_many({"job_id": {"$in": list(job_ids)}}, session=db)


class CRUDCallbackSecret(CRUDBase[CallbackSecret]):
    """Secrets of callbacks: a user has one, and for a while the one before it."""

    async def find(self, db: DbSession, user_id: UUID) -> CallbackSecret | None:
        """Return the user's secret, or None."""
        return await CallbackSecret.find_one({"user_id": user_id}, session=db)

    async def rotate(
        self, db: DbSession, user_id: UUID, secret: bytes, previous_until: datetime
    ) -> CallbackSecret:
        """Store a secret; the one before it, if any, becomes the previous one until a time.

        Raises:
            UnauthorizedError: the user was deleted.
        """
        await begin(db)
        if not await User.find_one({"_id": user_id}, session=db):
            raise UnauthorizedError
        fresh = {"secret": secret, "rotated_at": utc_now()}
        key = {"user_id": user_id}
        made = await self.create_unless_there(db, key, key | fresh)
        if made is not None:
            return made
        changes = fresh | {"previous": "$secret", "previous_until": previous_until}
        found = await self.collection.find_one_and_update(
            key, [changed(changes)], return_document=ReturnDocument.AFTER, session=db
        )
        rotated: CallbackSecret = CallbackSecret.model_validate(found)
        return rotated

    async def change_unless_rotated(
        self, db: DbSession, details: CallbackSecret, changes: Mapping[str, Any]
    ) -> None:
        """Change a user's secret, unless there is a newer one than was read."""
        same = {"_id": details.id, "secret": details.secret}
        await begin(db)
        await self.collection.update_one(same, changed(changes), session=db)

    async def delete_all(self, db: DbSession, user_id: UUID) -> None:
        """Delete the secret of a user."""
        await begin(db)
        await self.collection.delete_many({"user_id": user_id}, session=db)


callback_crud = CRUDCallback(CallbackDelivery)
callback_secret_crud = CRUDCallbackSecret(CallbackSecret)
