"""What every document has: an id, and when it was made and last changed."""

from datetime import datetime
from uuid import UUID

from pydantic import Field
from pymongo import ASCENDING, IndexModel

from app.core.clock import utc_now
from app.core.documents import Base
from app.core.ids import new_id


class Entity(Base):
    """A document with an identity; both times are in UTC."""

    id: UUID = Field(default_factory=new_id)  # type: ignore[assignment]
    created_at: datetime = Field(default_factory=utc_now)
    updated_at: datetime = Field(default_factory=utc_now)


def index(*fields: str, unique: bool = False) -> IndexModel:
    """Declare an index; its name begins with what it does, and names its fields."""
    name = "_".join(["uq" if unique else "ix", *fields])
    return IndexModel([(field, ASCENDING) for field in fields], name=name, unique=unique)


def expiry() -> IndexModel:
    """Declare an index that lets documents vanish after their `expires_at`."""
    return IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0)
