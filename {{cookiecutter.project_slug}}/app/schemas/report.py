"""Schemas of reports."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.core.problems import RuleError
from app.schemas.base import Input
from app.schemas.callback import CallbackUrl

LONGEST_DAYS = 366

# The pattern says the same once more, for the API document: it has no bounds for dates.
Day = Annotated[
    date,
    Field(ge=date(2000, 1, 1), le=date(2999, 12, 31), json_schema_extra={"pattern": "^2[0-9]{3}-"}),
]


class SalesReportRequest(Input):
    """The days that a sales report is to cover, in UTC, both included; at most a year.

    With `callback_url`, that address is called when the report is done.
    """

    since: Day
    until: Day
    callback_url: CallbackUrl | None = None

    @model_validator(mode="after")
    def covers_a_time(self) -> Self:
        """Refuse days in the wrong order, and more than a year."""
        if not 0 <= (self.until - self.since).days < LONGEST_DAYS:
            raise RuleError(f"`until` must not be before `since`, nor {LONGEST_DAYS} days after.")
        return self
