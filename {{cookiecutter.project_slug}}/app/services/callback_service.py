"""Calls to our clients' own services, when something that they asked for is done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.enums import CallbackStatus, Role
from app.core.integration_errors import (
    CallbackNotFoundError,
    CallbackSecretMissingError,
    CallbackStatusError,
)
from app.core.pagination import Page, PageRequest
from app.core.webhook_signatures import sign
from app.crud.callback import callback_crud, callback_secret_crud
from app.integrations.callbacks import Answer
from app.models.callback import CallbackDelivery
from app.models.job import Job
from app.models.user import User
from app.services.callback_secret_service import callback_secret_service
from app.services.job_service import job_service

REPORT_DONE = "report.done"
ENDED = frozenset({CallbackStatus.DELIVERED, CallbackStatus.FAILED})
# The log of a delivery that was sent again and again keeps its end.
MOST_ATTEMPTS = 50


@dataclass(frozen=True)
class CallbackMessage:
    """What is sent: the same body and id at each try, with the time and a signature of its own."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class CallbackService:
    """Announce what is done, keep a log of each call, and send again what has ended."""

    async def check_can_sign(self, db: DbSession, user: User) -> None:
        """Make sure that the user's receiver will be able to tell our calls from others'.

        Raises:
            CallbackSecretMissingError: the user has made no secret.
        """
        if await callback_secret_crud.find(db, user.id) is None:
            raise CallbackSecretMissingError

    async def announce(self, db: DbSession, job: Job, url: str, files: Sequence[str]) -> None:
        """Queue a call that says that a job is done, in the transaction in which it ends."""
        path = f"/jobs/{job.id}"
        links = [f"{path}/files/{name}" for name in files]
        data = {"job_id": str(job.id), "job": path, "files": links}
        event = {"type": REPORT_DONE, "timestamp": utc_now().isoformat(), "data": data}
        fields = {"user_id": job.user_id, "job_id": job.id, "event_type": REPORT_DONE, "url": url}
        delivery = await callback_crud.create(db, fields | {"body": json.dumps(event)})
        await self.queue(db, delivery)

    async def queue(self, db: DbSession, delivery: CallbackDelivery) -> None:
        """Have a delivery tried, as often as its job may be."""
        await job_service.enqueue(db, "deliver_callback", delivery_id=str(delivery.id))

    async def prepare(self, db: DbSession, delivery_id: UUID) -> CallbackMessage | None:
        """Return what to send now; None when the delivery has ended, or was deleted.

        Raises:
            CallbackSecretNotFoundError: as `signing_keys`.
            KeyLostError: as `signing_keys`.
        """
        delivery = await callback_crud.get(db, delivery_id)
        if delivery is None or delivery.status in ENDED:
            return None
        keys = await callback_secret_service.signing_keys(db, delivery.user_id)
        message_id, now, body = str(delivery.id), int(utc_now().timestamp()), delivery.body.encode()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": " ".join(sign(key, message_id, now, body) for key in keys),
        }
        return CallbackMessage(delivery.url, headers, body)

    async def note(
        self, db: DbSession, delivery_id: UUID, answer: Answer, status: CallbackStatus
    ) -> None:
        """Write a try into the delivery's log, and how it stands then, unless it was deleted."""
        delivery = await callback_crud.lock(db, delivery_id)
        if delivery is None:
            return
        attempt: dict[str, Any] = {"at": utc_now().isoformat(), "status": answer.status}
        attempt |= {"error": answer.error, "duration_ms": answer.duration_ms}
        attempts = [*delivery.attempts, attempt][-MOST_ATTEMPTS:]
        ended_at = utc_now() if status in ENDED else None
        changes = {"attempts": attempts, "status": status, "ended_at": ended_at}
        await callback_crud.update(db, delivery, changes)

    async def list_deliveries(
        self, db: DbSession, viewer: User, page: PageRequest, status: CallbackStatus | None
    ) -> Page[CallbackDelivery]:
        """Return one page of the viewer's own deliveries; admins see everyone's."""
        owner_id = None if viewer.role == Role.ADMIN else viewer.id
        return await callback_crud.list_deliveries(db, page, owner_id, status)

    async def get_delivery(
        self, db: DbSession, delivery_id: UUID, viewer: User
    ) -> CallbackDelivery:
        """Return one of the viewer's own deliveries; admins see all.

        Raises:
            CallbackNotFoundError: there is none, or the viewer may not see it.
        """
        delivery = await callback_crud.get(db, delivery_id)
        if delivery is None or (viewer.role != Role.ADMIN and delivery.user_id != viewer.id):
            raise CallbackNotFoundError
        return delivery

    async def resend(self, db: DbSession, delivery_id: UUID, viewer: User) -> CallbackDelivery:
        """Send a delivery that has ended again, with all its tries and under the same id.

        Raises:
            CallbackNotFoundError: as `get_delivery`.
            CallbackStatusError: it has not ended.
        """
        await self.get_delivery(db, delivery_id, viewer)
        again = {"status": CallbackStatus.PENDING, "ended_at": None}
        delivery = await callback_crud.move(db, delivery_id, ENDED, again)
        if delivery is None:
            raise CallbackStatusError
        await self.queue(db, delivery)
        return delivery


callback_service = CallbackService()
