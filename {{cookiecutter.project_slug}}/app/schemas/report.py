"""Schemas of reports."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from app.core.problems import RuleError
from app.schemas.base import Input

LONGEST_DAYS = 366


class SalesReportRequest(Input):
    """The days that a sales report is to cover, in UTC, both included; at most a year."""

    since: date = Field(ge=date(2000, 1, 1), le=date(9998, 12, 31))
    until: date = Field(ge=date(2000, 1, 1), le=date(9998, 12, 31))

    @model_validator(mode="after")
    def covers_a_time(self) -> Self:
        """Refuse days in the wrong order, and more than a year."""
        if not 0 <= (self.until - self.since).days < LONGEST_DAYS:
            raise RuleError(f"`until` must not be before `since`, nor {LONGEST_DAYS} days after.")
        return self
