"""Which days a report may cover."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.schemas.report import SalesReportRequest
from tests.contract import DOCUMENT


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-01", "2026-03-01"),
        ("2024-01-01", "2024-12-31"),
        ("2000-01-01", "2000-01-02"),
        ("2999-12-30", "2999-12-31"),
    ],
)
def test_days_in_their_order_within_a_year_are_taken(since: str, until: str) -> None:
    asked = SalesReportRequest.model_validate({"since": since, "until": until})

    assert (asked.since.isoformat(), asked.until.isoformat()) == (since, until)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-02", "2026-03-01"),
        ("2024-01-01", "2025-01-01"),
        ("1999-12-31", "2000-01-01"),
        ("2999-12-31", "3000-01-01"),
        ("2026-02-29", "2026-03-01"),
        ("2026-03-01", "tomorrow"),
        ("2026-03-01", None),
        ("2026-03-01", 2),
    ],
)
def test_days_in_the_wrong_order_over_a_year_or_of_no_calendar_are_refused(
    since: Any, until: Any
) -> None:
    with pytest.raises(ValidationError):
        SalesReportRequest.model_validate({"since": since, "until": until})


def test_api_document_says_which_days_are_taken() -> None:
    fields = DOCUMENT["components"]["schemas"]["SalesReportRequest"]["properties"]

    for name in ("since", "until"):
        assert (fields[name]["format"], fields[name]["pattern"]) == ("date", "^2[0-9]{3}-")
