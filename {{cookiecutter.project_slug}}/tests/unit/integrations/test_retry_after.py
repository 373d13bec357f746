"""The header `Retry-After`."""

from datetime import UTC, datetime

import pytest

from app.integrations.retry_after import read_retry_after

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("999999999", 999_999_999),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sunday, 01-Mar-26 12:01:00 GMT", 60),
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        (None, 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("1.5", 0),
        ("1e3", 0),
        ("+5", 0),
        ("5 seconds", 0),
        ("9999999999", 0),
        ("\u0665", 0),
        ("Sun, 99 Mar 2026 12:00:30 GMT", 0),
        ("Sun, 01 Mar 99999 12:00:30 GMT", 0),
        ("\x00", 0),
    ],
)
def test_it_is_seconds_or_a_date_and_nonsense_is_nothing(value: str | None, seconds: float) -> None:
    assert read_retry_after(value, NOW) == seconds
