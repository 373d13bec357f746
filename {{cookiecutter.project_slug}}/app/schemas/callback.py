"""Callbacks in the API, and what a receiver gets."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from app.core.enums import CallbackStatus
from app.core.problems import RuleError
from app.core.safe_urls import (
    LONGEST_URL,
    URL_SCHEMA,
    UnsafeUrlError,
    callback_rules,
    check_url,
)
from app.schemas.base import EntityRead, Input, Output, PageQuery
from app.schemas.fields import WHOLE


def to_safe_url(value: str) -> str:
    """Refuse what is not to be called; what its name stands for is looked at when it is."""
    try:
        check_url(value, callback_rules())
    except UnsafeUrlError as error:
        raise RuleError(f"The URL {error}.") from error
    return value


CallbackUrl = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_URL, json_schema_extra=URL_SCHEMA),
    AfterValidator(to_safe_url),
]


class CallbackQuery(PageQuery):
    """Which deliveries are wanted, on which page."""

    status: CallbackStatus | None = None


class CallbackAttempt(Output):
    """One call: the status of its answer, or in a word why there was none."""

    at: AwareDatetime
    status: int | None
    error: str | None
    duration_ms: int


class CallbackDeliveryRead(EntityRead):
    """A call that was promised; its id is the `webhook-id` of each try."""

    job_id: UUID
    event_type: str
    url: str
    status: CallbackStatus
    ended_at: AwareDatetime | None


class CallbackDeliveryWithAttempts(CallbackDeliveryRead):
    """A call, and the log of its last tries."""

    attempts: list[CallbackAttempt]


class CallbackSecretRotate(Input):
    """For how many hours the secret before the new one signs, too."""

    keep_previous_hours: Annotated[int, Field(strict=True, ge=0, le=168), WHOLE] = 24


class CallbackSecretRead(Output):
    """The caller's secret without the secret itself."""

    rotated_at: AwareDatetime
    previous_until: AwareDatetime | None


class CallbackSecretMade(Output):
    """A new secret, which is shown this once."""

    secret: str
    details: CallbackSecretRead


class ReportDoneData(Output):
    """Which job is done, and where it and its files are, below the address of this API."""

    job_id: UUID
    job: str
    files: list[str]


class ReportDone(Output):
    """What is sent when a report is done; the time is that of the event."""

    type: Literal["report.done"]
    timestamp: AwareDatetime
    data: ReportDoneData
