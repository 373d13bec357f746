"""Webhooks: what other services post."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status

from app.core.openapi import problems
from app.dependencies import Db
from app.services.webhook_messages import Delivery
from app.services.webhook_service import webhook_service
from app.webhook_keys import SourceName

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

# The framework would parse the body, and the signature is one of bytes.
RAW_JSON = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {}}}},
}


async def get_delivery(request: Request) -> Delivery:
    """Return what was posted; a header that came twice is one with a comma in it (RFC 9110)."""
    headers = {name: ", ".join(request.headers.getlist(name)) for name in request.headers}
    return Delivery(headers, await request.body())


@router.post(
    "/{source}",
    status_code=status.HTTP_202_ACCEPTED,
    response_class=Response,
    responses=problems(400, 422),
    openapi_extra=RAW_JSON,
)
async def receive_webhook(
    source: SourceName, delivery: Annotated[Delivery, Depends(get_delivery)], db: Db
) -> None:
    """Take an event. Sources may that sign with a secret of WEBHOOK_SECRETS; twice counts once."""
    await webhook_service.receive(db, source, delivery)
