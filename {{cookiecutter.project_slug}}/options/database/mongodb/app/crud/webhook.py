"""Webhooks in the database."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import ReturnDocument

from app.core.clock import utc_now
from app.core.database import DbSession, begin
from app.core.enums import WebhookStatus
from app.core.ids import new_id
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase, changed, racing
from app.crud.file import file_crud
from app.models.webhook import WebhookEvent, WebhookSubject


class CRUDWebhookEvent(CRUDBase[WebhookEvent]):
    """Messages: one document for each source and id."""

    async def create_once(self, db: DbSession, obj_in: Mapping[str, Any]) -> WebhookEvent | None:
        """Insert a message; None when it is there."""
        key = {name: obj_in[name] for name in ("source", "event_id")}
        # A look first, outside the transaction: many who bring the same one need not conflict.
        if await self.collection.find_one(key, {"_id": 1}, session=db):
            return None
        with racing(*key):
            return await self.create(db, obj_in)

    async def lock(self, db: DbSession, id: UUID) -> WebhookEvent | None:
        """Return a message and lock it until the transaction ends."""
        await begin(db)
        # A write is the only lock; whoever else writes it meanwhile has to begin again.
        await self.collection.update_one({"_id": id}, {"$inc": {"locks": 1}}, session=db)
        return await self.get(db, id)

    async def list_events(
        self,
        db: DbSession,
        page: PageRequest,
        source: str | None = None,
        status: WebhookStatus | None = None,
    ) -> Page[WebhookEvent]:
        """Return one page of messages: of one source or of all, in one status or in any."""
        wanted = {"source": source, "status": status and status.value}
        return await self.list(db, page, {k: v for k, v in wanted.items() if v is not None})

    async def count(
        self, db: DbSession, statuses: Collection[WebhookStatus]
    ) -> dict[tuple[str, WebhookStatus], int]:
        """Count the messages in these states, by source and status."""
        key = {"source": "$source", "status": "$status"}
        stages: list[dict[str, Any]] = [
            {"$match": {"status": {"$in": as_stored(statuses)}}},
            {"$group": {"_id": key, "count": {"$sum": 1}}},
        ]
        rows = await (await self.collection.aggregate(stages, session=db)).to_list()
        return {
            (row["_id"]["source"], WebhookStatus(row["_id"]["status"])): row["count"]
            for row in rows
        }

    async def delete_old(self, db: DbSession, before: datetime, limit: int) -> int:
        """Delete messages of before a time, with their bodies, but what waits or failed."""
        stay = as_stored([WebhookStatus.RECEIVED, WebhookStatus.FAILED])
        old = {"created_at": {"$lt": before}, "status": {"$nin": stay}}
        found = self.collection.find(old, {"_id": 1}, limit=limit, session=db)
        ids = [document["_id"] async for document in found]
        await file_crud.delete_all(db, ids)
        await self.collection.delete_many({"_id": {"$in": ids}}, session=db)
        return len(ids)


class CRUDWebhookSubject(CRUDBase[WebhookSubject]):
    """What messages tell of: one document for each source and name."""

    async def advance(self, db: DbSession, source: str, name: str, occurred_at: datetime) -> bool:
        """Note what occurred, unless something newer has taken effect; tell whether it is noted.

        Locks the subject until the transaction ends.
        """
        key = {"source": source, "name": name}
        at_first = {"$setOnInsert": {"_id": new_id(), "created_at": utc_now()}}
        newest = {"$max": {"newest_at": occurred_at}}
        await begin(db)
        with racing(*key):
            subject = await self.collection.find_one_and_update(
                key,
                changed({}) | at_first | newest,
                upsert=True,
                return_document=ReturnDocument.AFTER,
                session=db,
            )
        return bool(WebhookSubject.model_validate(subject).newest_at <= occurred_at)


def as_stored(statuses: Collection[WebhookStatus]) -> list[str]:
    """Return states as the database holds them."""
    return [status.value for status in statuses]


webhook_event_crud = CRUDWebhookEvent(WebhookEvent)
webhook_subject_crud = CRUDWebhookSubject(WebhookSubject)
