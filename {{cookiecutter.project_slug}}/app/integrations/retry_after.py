"""The header `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SECONDS = re.compile(r"[0-9]{1,9}")


def read_retry_after(value: str | None, now: datetime) -> float:
    """Return for how many seconds to wait; 0 for a date that is past, for nonsense, for nothing."""
    text = (value or "").strip()
    if SECONDS.fullmatch(text):
        return float(text)
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return 0
    # A date without a zone is in UTC, as all dates of HTTP are.
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
