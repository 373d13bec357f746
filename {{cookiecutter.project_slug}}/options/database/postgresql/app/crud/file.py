"""Files in the database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import utc_now
from app.core.database import DbSession
from app.crud.base import CRUDBase
from app.models.file import File


class CRUDFile(CRUDBase[File]):
    """Files, found by what they belong to and by name."""

    async def find(self, db: DbSession, owner_id: UUID, name: str) -> File | None:
        """Return a file, or None."""
        return await db.scalar(select(File).where(File.owner_id == owner_id, File.name == name))

    async def put(
        self, db: DbSession, owner_id: UUID, name: str, media_type: str, content: bytes
    ) -> None:
        """Store a file, in place of the one of this name if there is one."""
        values = {"media_type": media_type, "content": content, "updated_at": utc_now()}
        row = insert(File).values(owner_id=owner_id, name=name, **values)
        await db.execute(
            row.on_conflict_do_update(index_elements=[File.owner_id, File.name], set_=values)
        )

    async def delete_all(self, db: DbSession, owner_ids: Sequence[UUID]) -> None:
        """Delete the files of these owners."""
        await db.execute(delete(File).where(File.owner_id.in_(owner_ids)))


file_crud = CRUDFile(File)
