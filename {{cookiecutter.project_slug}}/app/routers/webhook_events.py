"""Events that other services have sent, as admins see them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from app.core.openapi import problems
from app.core.pagination import Page
from app.dependencies import Admin, Db
from app.models.webhook import WebhookEvent
from app.routers.files import file, send_file
from app.schemas.base import PageRead
from app.schemas.webhook import WebhookEventQuery, WebhookEventRead
from app.services.webhook_service import webhook_service

router = APIRouter(prefix="/webhook-events", tags=["webhooks"])


@router.get("/", response_model=PageRead[WebhookEventRead], responses=problems(400, 401, 403, 422))
async def list_webhook_events(
    _: Admin, query: Annotated[WebhookEventQuery, Query()], db: Db
) -> Page[WebhookEvent]:
    """List what other services have sent, newest first. Admins may."""
    return await webhook_service.list_events(db, query.page(), query.source, query.status)


@router.get("/{event_id}", response_model=WebhookEventRead, responses=problems(401, 403, 404, 422))
async def get_webhook_event(_: Admin, event_id: UUID, db: Db) -> WebhookEvent:
    """Show an event. Admins may."""
    return await webhook_service.get_event(db, event_id)


@router.get(
    "/{event_id}/body",
    response_class=Response,
    responses=file("application/json") | problems(401, 403, 404, 422),
)
async def get_webhook_body(_: Admin, event_id: UUID, db: Db) -> Response:
    """Download the body of an event, as it came. Admins may."""
    return send_file(await webhook_service.get_body(db, event_id))


@router.post(
    "/{event_id}/replay",
    response_model=WebhookEventRead,
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(401, 403, 404, 409, 422),
)
async def replay_webhook_event(_: Admin, event_id: UUID, db: Db) -> WebhookEvent:
    """Have an event handled again. Admins may; a newer one of its subject still goes before it."""
    return await webhook_service.replay(db, event_id)
