"""The time, always with its zone."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment in UTC, in whole milliseconds, as every database can hold it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
