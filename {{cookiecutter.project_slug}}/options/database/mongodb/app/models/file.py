"""Files that jobs read and make; small enough to lie in the database, with what they belong to."""

from uuid import UUID

from app.models.base import Entity, index


class File(Entity):
    """A file of a job or of a product, which has one of each name."""

    owner_id: UUID
    name: str
    media_type: str
    content: bytes

    class Settings:
        """The collection and its indexes."""

        name = "files"
        indexes = (index("owner_id", "name", unique=True),)
