"""Files that jobs read and make; small enough to lie in the database, with what they belong to."""

from uuid import UUID

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Entity


class File(Entity):
    """A file of a job or of a product, which has one of each name."""

    __tablename__ = "files"

    owner_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(100))
    content: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (UniqueConstraint("owner_id", "name"),)
