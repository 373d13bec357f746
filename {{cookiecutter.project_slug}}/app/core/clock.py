"""The time, always with its zone."""

from datetime import UTC, datetime


def in_milliseconds(moment: datetime) -> datetime:
    """Return a moment in UTC, in whole milliseconds, as every database can hold it."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def utc_now() -> datetime:
    """Return the present moment in UTC, in whole milliseconds."""
    return in_milliseconds(datetime.now(UTC))
