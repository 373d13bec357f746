"""API keys in the API."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from app.core.enums import Scope
from app.schemas.base import EntityRead, Input, Output
from app.schemas.fields import NO_CONTROL, WHOLE

KeyName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=NO_CONTROL),
]


class ApiKeyCreate(Input):
    """What a key is for: a name to know it by, what it may do, and for how many days."""

    name: KeyName
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    expires_in_days: Annotated[int, Field(strict=True, ge=1, le=365), WHOLE] = 90


class ApiKeyRead(EntityRead):
    """A key without the key itself: its first characters tell which one it is."""

    name: str
    prefix: str
    scopes: list[Scope]
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None
    last_used_at: AwareDatetime | None


class ApiKeyCreated(Output):
    """A new key, which is shown this once."""

    key: str
    details: ApiKeyRead
