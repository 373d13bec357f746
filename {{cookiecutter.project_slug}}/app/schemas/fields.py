"""Constrained types that all schemas share: what passes here cannot harm what lies below.

A text never holds NUL, which not every database can store, and pydantic refuses lone surrogates.
"""

from typing import Annotated, Any

from email_validator import SPECIAL_USE_DOMAIN_NAMES
from pydantic import (
    AfterValidator,
    BeforeValidator,
    EmailStr,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

NO_CONTROL = r"^[^\x00-\x1F\x7F]*$"
NO_NUL = r"^[^\x00]*$"


def to_lower(value: str) -> str:
    """Fold case, so that one mailbox is one account."""
    return value.lower()


def to_whole(value: Any) -> Any:
    """Read 3.0 as 3: they are one number in JSON, which some clients write with a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(to_whole)


def unset() -> Any:
    """Fill a field that a PATCH left out. The value is never read: see `Patch.changes`."""


# Names that no mail reaches (RFC 6761, 6762, 7686): the validator refuses what ends like this.
UNREACHABLE = rf"[.@]({'|'.join(SPECIAL_USE_DOMAIN_NAMES)})$"

Email = Annotated[
    EmailStr,
    Field(max_length=254, json_schema_extra={"not": {"pattern": UNREACHABLE}}),
    AfterValidator(to_lower),
]
EMAIL = TypeAdapter[str](Email)


def to_stored_email(value: str) -> str:
    """Write an address as it is stored, in whichever spelling it was typed."""
    try:
        return EMAIL.validate_python(value)
    except ValidationError:
        return value.strip().lower()


LoginName = Annotated[
    str, Field(min_length=1, max_length=254, pattern=NO_CONTROL), AfterValidator(to_stored_email)
]
Password = Annotated[str, StringConstraints(min_length=12, max_length=128, pattern=NO_NUL)]
# What somebody types to log in may be older than the rules for a new one.
TypedPassword = Annotated[str, Field(min_length=1, max_length=1_000, pattern=NO_NUL)]
OpaqueToken = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\w-]+$")]
FullName = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100, pattern=NO_CONTROL)
]
ProductName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_CONTROL),
]
Description = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)]
MailSubject = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=150, pattern=NO_CONTROL),
]
MailText = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=NO_NUL)]
SearchText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=NO_CONTROL),
]
# An order of fifty lines of a thousand pieces still fits 64 bits.
PriceCents = Annotated[int, Field(strict=True, ge=0, le=100_000_000_000), WHOLE]
Stock = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000), WHOLE]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000), WHOLE]
