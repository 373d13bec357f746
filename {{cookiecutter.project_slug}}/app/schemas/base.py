"""Bases of the schemas."""

from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.core.pagination import PageRequest

Item = TypeVar("Item")


class Input(BaseModel):
    """Something that a caller sends; fields that are not named here are refused."""

    model_config = ConfigDict(extra="forbid")


class Patch(Input):
    """Some fields of a thing; a field that is left out stays as it is, and null is no value."""

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent."""
        return self.model_dump(exclude_unset=True)


class Output(BaseModel):
    """Something that a caller gets, read from an object's attributes."""

    model_config = ConfigDict(from_attributes=True)


class EntityRead(Output):
    """What every stored thing shows; times are in UTC."""

    id: UUID
    created_at: AwareDatetime
    updated_at: AwareDatetime


class PageQuery(Input):
    """Which page of a list is wanted."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[\w-]+$")] | None = None

    def page(self) -> PageRequest:
        """Return the request for this page, newest first."""
        return PageRequest(self.limit, self.cursor)


class PageRead(Output, Generic[Item]):
    """One page; `next_cursor` asks for the next one and is null on the last."""

    items: list[Item]
    next_cursor: str | None
