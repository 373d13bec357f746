"""What receivers of callbacks get, for the API document alone: nothing here is ever called."""

from typing import Annotated, Any

from fastapi import APIRouter, Header

from app.schemas.callback import ReportDone

router = APIRouter()

ANSWERS: dict[int | str, dict[str, Any]] = {
    "2XX": {"description": "Taken. Of the answer, nothing but the status is read."},
    "410": {"description": "This callback is not sent any more."},
    "default": {"description": "The call is repeated later; so it is after a redirect."},
}

WebhookId = Annotated[
    str,
    Header(alias="webhook-id", description="Names the event: the same at each try."),
]
WebhookTimestamp = Annotated[
    int,
    Header(alias="webhook-timestamp", description="When this try began, in Unix seconds."),
]
WebhookSignature = Annotated[
    str,
    Header(
        alias="webhook-signature",
        description="`v1,` and the base64 of an HMAC-SHA256, as Standard Webhooks has it; after a "
        "rotation one for each secret, with a space between.",
    ),
]


@router.post("{$request.body#/callback_url}", responses=ANSWERS, status_code=204)
async def report_done(
    event: ReportDone, id: WebhookId, timestamp: WebhookTimestamp, signature: WebhookSignature
) -> None:
    """Hear that a report is done."""
