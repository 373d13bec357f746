"""Files of jobs."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from app.core.database import DbSession
from app.crud.file import file_crud


class FileContent(NamedTuple):
    """What is in a file, and of which media type it is."""

    media_type: str
    content: bytes


class FileService:
    """Store what jobs make."""

    async def store(self, db: DbSession, owner_id: UUID, files: Mapping[str, FileContent]) -> None:
        """Store files under their names."""
        for name, file in files.items():
            await file_crud.put(db, owner_id, name, *file)


file_service = FileService()
