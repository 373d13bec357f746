"""Webhooks in the database."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.enums import WebhookStatus
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase
from app.crud.file import file_crud
from app.models.webhook import WebhookEvent, WebhookSubject


class CRUDWebhookEvent(CRUDBase[WebhookEvent]):
    """Messages: one row for each source and id."""

    async def create_once(self, db: DbSession, obj_in: Mapping[str, Any]) -> WebhookEvent | None:
        """Insert a message; None when it is there.

        Waits for another transaction that is inserting the same one.
        """
        key = [WebhookEvent.source, WebhookEvent.event_id]
        row = insert(WebhookEvent).values(**obj_in).on_conflict_do_nothing(index_elements=key)
        created: WebhookEvent | None = await db.scalar(row.returning(WebhookEvent))
        return created

    async def lock(self, db: DbSession, id: UUID) -> WebhookEvent | None:
        """Return a message and lock it until the transaction ends."""
        return await db.get(WebhookEvent, id, with_for_update=True, populate_existing=True)

    async def list_events(
        self,
        db: DbSession,
        page: PageRequest,
        source: str | None = None,
        status: WebhookStatus | None = None,
    ) -> Page[WebhookEvent]:
        """Return one page of messages: of one source or of all, in one status or in any."""
        query = select(WebhookEvent)
        if source is not None:
            query = query.where(WebhookEvent.source == source)
        if status is not None:
            query = query.where(WebhookEvent.status == status)
        return await self.paginate(db, query, page)

    async def count(
        self, db: DbSession, statuses: Collection[WebhookStatus]
    ) -> dict[tuple[str, WebhookStatus], int]:
        """Count the messages in these states, by source and status."""
        key = (WebhookEvent.source, WebhookEvent.status)
        query = select(*key, func.count()).where(WebhookEvent.status.in_(statuses)).group_by(*key)
        return {(source, status): count for source, status, count in await db.execute(query)}

    async def delete_old(self, db: DbSession, before: datetime, limit: int) -> int:
        """Delete messages of before a time, with their bodies, but what waits or failed."""
        stay = {WebhookStatus.RECEIVED, WebhookStatus.FAILED}
        query = select(WebhookEvent.id).where(
            WebhookEvent.created_at < before, WebhookEvent.status.not_in(stay)
        )
        ids = list(await db.scalars(query.limit(limit).with_for_update(skip_locked=True)))
        await file_crud.delete_all(db, ids)
        await db.execute(delete(WebhookEvent).where(WebhookEvent.id.in_(ids)))
        return len(ids)


class CRUDWebhookSubject(CRUDBase[WebhookSubject]):
    """What messages tell of: one row for each source and name."""

    async def advance(self, db: DbSession, source: str, name: str, occurred_at: datetime) -> bool:
        """Note what occurred, unless something newer has taken effect; tell whether it is noted.

        Locks the subject until the transaction ends.
        """
        row = insert(WebhookSubject).values(source=source, name=name, newest_at=occurred_at)
        is_newest = row.on_conflict_do_update(
            index_elements=[WebhookSubject.source, WebhookSubject.name],
            set_={"newest_at": occurred_at, "updated_at": utc_now()},
            where=WebhookSubject.newest_at <= occurred_at,
        )
        return await db.scalar(is_newest.returning(WebhookSubject.id)) is not None


webhook_event_crud = CRUDWebhookEvent(WebhookEvent)
webhook_subject_crud = CRUDWebhookSubject(WebhookSubject)
