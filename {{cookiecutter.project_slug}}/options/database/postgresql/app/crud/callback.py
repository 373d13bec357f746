"""Callbacks and their secrets in the database."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.enums import CallbackStatus
from app.core.exceptions import AppError, UnauthorizedError
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase
from app.models.callback import CallbackDelivery, CallbackSecret


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
        query = select(CallbackDelivery)
        if user_id is not None:
            query = query.where(CallbackDelivery.user_id == user_id)
        if status is not None:
            query = query.where(CallbackDelivery.status == status)
        return await self.paginate(db, query, page)

    async def lock(self, db: DbSession, id: UUID) -> CallbackDelivery | None:
        """Return a delivery and lock it until the transaction ends."""
        return await db.get(CallbackDelivery, id, with_for_update=True, populate_existing=True)

    async def move(
        self,
        db: DbSession,
        id: UUID,
        before: Collection[CallbackStatus],
        changes: Mapping[str, Any],
    ) -> CallbackDelivery | None:
        """Change a delivery that is in one of these states; None when it is in another."""
        return await db.scalar(
            update(CallbackDelivery)
            .where(CallbackDelivery.id == id, CallbackDelivery.status.in_(before))
            .values(**changes, updated_at=utc_now())
            .returning(CallbackDelivery)
            .execution_options(populate_existing=True)
        )


class CRUDCallbackSecret(CRUDBase[CallbackSecret]):
    """Secrets of callbacks: a user has one, and for a while the one before it."""

    # Can be broken only by deleting the account at the same moment.
    conflicts: ClassVar[Mapping[str, type[AppError]]] = {
        "fk_callback_secrets_user_id": UnauthorizedError
    }

    async def find(self, db: DbSession, user_id: UUID) -> CallbackSecret | None:
        """Return the user's secret, or None."""
        return await db.scalar(select(CallbackSecret).where(CallbackSecret.user_id == user_id))

    async def rotate(
        self, db: DbSession, user_id: UUID, secret: bytes, previous_until: datetime
    ) -> CallbackSecret:
        """Store a secret; the one before it, if any, becomes the previous one until a time."""
        now = utc_now()
        row = insert(CallbackSecret).values(user_id=user_id, secret=secret, rotated_at=now)
        fresh = {"secret": secret, "rotated_at": now, "updated_at": now}
        former = {"previous": CallbackSecret.secret, "previous_until": previous_until}
        rotated = row.on_conflict_do_update(
            index_elements=[CallbackSecret.user_id], set_=fresh | former
        ).returning(CallbackSecret)
        with self.naming_conflicts():
            found = await db.scalars(rotated, execution_options={"populate_existing": True})
        return found.one()

    async def change_unless_rotated(
        self, db: DbSession, details: CallbackSecret, changes: Mapping[str, Any]
    ) -> None:
        """Change a user's secret, unless there is a newer one than was read."""
        same = (CallbackSecret.id == details.id, CallbackSecret.secret == details.secret)
        await db.execute(update(CallbackSecret).where(*same).values(**changes))


callback_crud = CRUDCallback(CallbackDelivery)
callback_secret_crud = CRUDCallbackSecret(CallbackSecret)
