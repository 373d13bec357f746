"""Mails to all users."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core.database import DbSession
from app.crud.user import user_crud
from app.models.job import Job
from app.models.user import User
from app.services.job_service import job_service

BEFORE_ALL = UUID(int=0)


class NotificationService:
    """Write to everybody who can be written to: active, with an address that was confirmed."""

    async def notify_all(
        self, db: DbSession, sender: User, key: str, subject: str, text: str
    ) -> Job:
        """Queue a mail to everybody, once for each idempotency key of the sender."""
        key = f"{sender.id}:{key}"
        return await job_service.enqueue(
            db, "send_bulk_emails", user=sender, key=key, subject=subject, text=text
        )

    async def begin(self, db: DbSession) -> dict[str, Any]:
        """Return how far a mail to everybody has come before the first one."""
        total = await user_crud.count_reachable(db)
        return {"after": str(BEFORE_ALL), "sent": 0, "refused": 0, "total": total}

    async def recipients(self, db: DbSession, after: UUID, limit: int) -> Sequence[User]:
        """Return the next users in the order of their ids."""
        return await user_crud.list_reachable(db, after, limit)

    def progress(self, state: Mapping[str, Any]) -> int:
        """Return in per cent how far it has come; those who register meanwhile are not counted."""
        done: int = state["sent"] + state["refused"]
        total: int = state["total"]
        return min(99, 100 * done // max(1, total))


notification_service = NotificationService()
