"""Webhooks: events of other services, stored before they are answered, and handled once."""

from typing import Any
from uuid import UUID

import structlog

from app.core.clock import in_milliseconds, utc_now
from app.core.database import DbSession
from app.core.enums import WebhookStatus
from app.core.exceptions import FileNotThereError
from app.core.integration_errors import WebhookEventNotFoundError, WebhookUnknownError
from app.core.pagination import Page, PageRequest
from app.crud.file import file_crud
from app.crud.webhook import webhook_event_crud, webhook_subject_crud
from app.models.file import File
from app.models.webhook import WebhookEvent
from app.services.job_service import job_service
from app.services.webhook_handlers import HANDLERS
from app.services.webhook_messages import Delivery, parse, read_event

log = structlog.get_logger()

BODY = "body"


class WebhookService:
    """Take events in, handle them, show them, and handle them again."""

    async def receive(self, db: DbSession, source: str, delivery: Delivery) -> None:
        """Store a message and queue what it causes; when it comes again, nothing happens.

        Raises:
            WebhookRefusedError: the source is unknown, or has not signed this of late.
            WebhookUnreadableError: it has, and the body is no event.
        """
        received = read_event(source, delivery)
        is_known = (source, received.type) in HANDLERS
        status = WebhookStatus.RECEIVED if is_known else WebhookStatus.UNKNOWN
        fields = {"source": source, "status": status, **received._asdict()}
        fields["occurred_at"] = in_milliseconds(received.occurred_at)
        event = await webhook_event_crud.create_once(db, fields)
        if event is None:
            return
        await file_crud.put(db, event.id, BODY, "application/json", delivery.body)
        if is_known:
            await self.enqueue(db, event)
        log.info("webhook stored", source=source, type=event.type, status=status)

    async def enqueue(self, db: DbSession, event: WebhookEvent) -> None:
        """Queue the handling of an event: one job for each time that it is asked for."""
        await job_service.enqueue(
            db,
            "process_webhook",
            key=f"{event.id} {event.replays}",
            event_id=str(event.id),
            replay=event.replays,
        )

    async def process(self, db: DbSession, event_id: UUID, replay: int) -> None:
        """Do what an event causes, unless a newer one of its subject has; write down which.

        Raises:
            ValidationError: its body is not what the handler reads.
            AppError: the handler's reason why it cannot be.
        """
        event = await webhook_event_crud.lock(db, event_id)
        if event is None or event.replays != replay:
            return
        handler = HANDLERS.get((event.source, event.type))
        if handler is None:
            await self.note(db, event, WebhookStatus.UNKNOWN)
            return
        body = parse(handler.body, (await self.get_body(db, event.id)).content)
        is_newest = await webhook_subject_crud.advance(
            db, event.source, handler.subject(body), event.occurred_at
        )
        if is_newest:
            await handler.apply(db, body)
        await self.note(db, event, WebhookStatus.DONE if is_newest else WebhookStatus.SUPERSEDED)

    async def note(
        self, db: DbSession, event: WebhookEvent, status: WebhookStatus, error: str | None = None
    ) -> None:
        """Write down what became of an event."""
        changes = {"status": status, "error": error, "processed_at": utc_now()}
        await webhook_event_crud.update(db, event, changes)

    async def note_failure(self, db: DbSession, event_id: UUID, replay: int, error: str) -> None:
        """Write down why an event has had no effect; its job may be tried again all the same."""
        event = await webhook_event_crud.lock(db, event_id)
        if event is not None and event.replays == replay:
            await self.note(db, event, WebhookStatus.FAILED, error)

    async def list_events(
        self, db: DbSession, page: PageRequest, source: str | None, status: WebhookStatus | None
    ) -> Page[WebhookEvent]:
        """Return one page of events."""
        return await webhook_event_crud.list_events(db, page, source, status)

    async def get_event(self, db: DbSession, event_id: UUID) -> WebhookEvent:
        """Return an event.

        Raises:
            WebhookEventNotFoundError: there is none.
        """
        event = await webhook_event_crud.get(db, event_id)
        if event is None:
            raise WebhookEventNotFoundError
        return event

    async def get_body(self, db: DbSession, event_id: UUID) -> File:
        """Return the body of an event, byte for byte as it came.

        Raises:
            FileNotThereError: there is no such event.
        """
        file = await file_crud.find(db, event_id, BODY)
        if file is None:
            raise FileNotThereError
        return file

    async def replay(self, db: DbSession, event_id: UUID) -> WebhookEvent:
        """Have an event handled again, whatever has become of it; a newer one still goes before it.

        Raises:
            WebhookEventNotFoundError: there is none.
            WebhookUnknownError: nothing handles its type.
        """
        event = await webhook_event_crud.lock(db, event_id)
        if event is None:
            raise WebhookEventNotFoundError
        if (event.source, event.type) not in HANDLERS:
            raise WebhookUnknownError
        again: dict[str, Any] = {"status": WebhookStatus.RECEIVED, "error": None}
        again |= {"processed_at": None, "replays": event.replays + 1}
        event = await webhook_event_crud.update(db, event, again)
        await self.enqueue(db, event)
        return event


webhook_service = WebhookService()
