"""The operations that every collection shares."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from beanie import SortDirection
from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from app.core.clock import utc_now
from app.core.database import DbSession, begin
from app.core.exceptions import AppError, NotFoundError
from app.core.pagination import Page, PageRequest, Position, make_cursor
from app.core.write_conflicts import WriteConflictError
from app.models.base import Entity

ModelType = TypeVar("ModelType", bound=Entity)
Filter = Mapping[str, Any]


def changed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an update that sets these fields, and the time of the change."""
    return {"$set": {**values, "updated_at": utc_now()}}


@contextmanager
def racing(*key: str) -> Iterator[None]:
    """Take it for a conflict when somebody else inserted what an upsert by this key did not find.

    Running again would not help against another unique index: its error passes.
    """
    try:
        yield
    except DuplicateKeyError as error:
        if {*key} != {*(error.details or {}).get("keyPattern", {})}:
            raise
        raise WriteConflictError from error


class CRUDBase(Generic[ModelType]):
    """Create, read, update and delete documents of one collection, in the unit of work."""

    conflicts: ClassVar[Mapping[str, type[AppError]]] = {}
    """Fields of unique indexes, with the error that says what a second document means."""

    def __init__(self, model: type[ModelType]) -> None:
        """Serve one collection; `sorts` names the fields that order lists but `created_at`."""
        self.model = model
        self.sorts: set[str] = set()

    @property
    def collection(self) -> AsyncCollection[dict[str, Any]]:
        """Return what takes the operations that Beanie has no words for."""
        return self.model.get_pymongo_collection()

    async def get(self, db: DbSession, id: UUID) -> ModelType | None:
        """Return one document, or None."""
        return await self.model.get(id, session=db)

    async def list(
        self, db: DbSession, page: PageRequest, wanted: Filter | None = None
    ) -> Page[ModelType]:
        """Return one page of the documents that pass the filter.

        It reads one document more to know whether another follows. The id grows with time, so it
        orders by `created_at` and needs no index of its own.

        Raises:
            InvalidCursorError: the cursor is not one of this list.
        """
        field = page.sort.removeprefix("-")
        keys = [field, "_id"] if field in self.sorts else ["_id"]
        direction = DESCENDING if page.sort.startswith("-") else ASCENDING
        conditions = [wanted or {}]
        if after := page.after(self.model.__name__):
            conditions.append(behind(keys, [after.value, after.id][-len(keys) :], direction))
        query = self.model.find({"$and": conditions}, session=db, limit=page.limit + 1)
        found = await query.sort([(key, SortDirection(direction)) for key in keys]).to_list()
        return self.to_page(found, page)

    def to_page(self, found: Sequence[ModelType], page: PageRequest) -> Page[ModelType]:
        """Cut off the document that was read ahead, and point behind the last one that stays."""
        items = found[: page.limit]
        if len(found) <= page.limit:
            return Page(items, None)
        last, name = items[-1], page.sort.removeprefix("-")
        position = Position(last.id, getattr(last, name) if name in self.sorts else None)
        return Page(items, make_cursor(position, self.model.__name__ + page.sort))

    async def create(self, db: DbSession, obj_in: Mapping[str, Any]) -> ModelType:
        """Insert a document.

        Raises:
            AppError: the one that `conflicts` gives for a unique index that refused it.
        """
        db_obj = self.model(**obj_in)
        await begin(db)
        with self.naming_conflicts():
            await db_obj.insert(session=db)
        return db_obj

    async def update(
        self, db: DbSession, db_obj: ModelType, changes: Mapping[str, Any]
    ) -> ModelType:
        """Write those of the given fields that are to change; errors are those of `create`.

        Raises:
            NotFoundError: somebody deleted the document since it was read.
        """
        update = changed({k: v for k, v in changes.items() if getattr(db_obj, k) != v})
        if len(update["$set"]) == 1:
            return db_obj
        await begin(db)
        with self.naming_conflicts():
            result = await self.collection.update_one({"_id": db_obj.id}, update, session=db)
        if not result.matched_count:
            raise NotFoundError
        for name, value in update["$set"].items():
            setattr(db_obj, name, value)
        return db_obj

    async def delete(self, db: DbSession, db_obj: ModelType) -> None:
        """Delete a document.

        Raises:
            NotFoundError: somebody else has deleted it.
        """
        await begin(db)
        result = await self.collection.delete_one({"_id": db_obj.id}, session=db)
        if not result.deleted_count:
            raise NotFoundError

    async def create_unless_there(
        self, db: DbSession, key: Filter, obj_in: Mapping[str, Any]
    ) -> ModelType | None:
        """Insert a document unless there is one with this key; None when there is.

        A unique index has to cover the key: of two units of work at once it lets one through.
        """
        db_obj = self.model(**obj_in)
        unless_there = {"$setOnInsert": db_obj.model_dump(by_alias=True)}
        await begin(db)
        with racing(*key):
            result = await self.collection.update_one(key, unless_there, upsert=True, session=db)
        return db_obj if result.did_upsert else None

    @contextmanager
    def naming_conflicts(self) -> Iterator[None]:
        """Say in the words of the domain which unique index the operation in here met."""
        try:
            yield
        except DuplicateKeyError as error:
            keys = (error.details or {}).get("keyPattern", {})
            conflict = self.conflicts.get(",".join(keys))
            if conflict is None:
                raise
            raise conflict from error


def behind(keys: Sequence[str], place: Sequence[Any], direction: int) -> Filter:
    """Match what follows a place in an order by one or two keys, of which the last is unique."""
    comparison = "$gt" if direction > 0 else "$lt"
    *first, last = [{key: {comparison: value}} for key, value in zip(keys, place, strict=True)]
    if not first:
        return last
    return {"$or": [*first, {keys[0]: place[0], **last}]}
