"""Files in the database."""

from collections.abc import Sequence
from uuid import UUID

from app.core.clock import utc_now
from app.core.database import DbSession, begin
from app.core.ids import new_id
from app.crud.base import CRUDBase, changed, racing
from app.models.file import File


class CRUDFile(CRUDBase[File]):
    """Files, found by what they belong to and by name."""

    async def find(self, db: DbSession, owner_id: UUID, name: str) -> File | None:
        """Return a file, or None."""
        return await File.find_one({"owner_id": owner_id, "name": name}, session=db)

    async def put(
        self, db: DbSession, owner_id: UUID, name: str, media_type: str, content: bytes
    ) -> None:
        """Store a file, in place of the one of this name if there is one."""
        key = {"owner_id": owner_id, "name": name}
        at_first = {"$setOnInsert": {"_id": new_id(), "created_at": utc_now()}}
        values = changed({"media_type": media_type, "content": content})
        await begin(db)
        with racing(*key):
            await self.collection.update_one(key, values | at_first, upsert=True, session=db)

    async def delete_all(self, db: DbSession, owner_ids: Sequence[UUID]) -> None:
        """Delete the files of these owners."""
        await begin(db)
        await self.collection.delete_many({"owner_id": {"$in": list(owner_ids)}}, session=db)


file_crud = CRUDFile(File)
