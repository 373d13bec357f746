"""The operations that every table shares."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.exc import StaleDataError

from app.core.database import DbSession
from app.core.exceptions import AppError, NotFoundError
from app.core.pagination import Page, PageRequest, Position, make_cursor
from app.models.base import Entity

ModelType = TypeVar("ModelType", bound=Entity)
SortColumn = InstrumentedAttribute[Any] | ColumnElement[Any]


class CRUDBase(Generic[ModelType]):
    """Create, read, update and delete rows of one table, inside the caller's transaction."""

    conflicts: ClassVar[Mapping[str, type[AppError]]] = {}
    """Names of constraints, with the error that says what breaking one means."""

    def __init__(self, model: type[ModelType]) -> None:
        """Serve one table; `sorts` names the columns that order its lists besides `created_at`."""
        self.model = model
        self.sorts: dict[str, SortColumn] = {}

    async def get(self, db: DbSession, id: UUID) -> ModelType | None:
        """Return one row, or None."""
        return await db.get(self.model, id)

    async def list(
        self, db: DbSession, page: PageRequest, *filters: ColumnElement[bool]
    ) -> Page[ModelType]:
        """Return one page of the rows that pass all filters.

        Raises:
            InvalidCursorError: the cursor is not one of this list.
        """
        return await self.paginate(db, select(self.model).where(*filters), page)

    async def create(self, db: DbSession, obj_in: Mapping[str, Any]) -> ModelType:
        """Insert a row.

        Raises:
            AppError: the one that `conflicts` gives for a constraint that refused the row.
        """
        db_obj = self.model(**obj_in)
        db.add(db_obj)
        await self.flush(db)
        return db_obj

    async def update(
        self, db: DbSession, db_obj: ModelType, changes: Mapping[str, Any]
    ) -> ModelType:
        """Write the given columns of a row; errors are those of `create`."""
        for name, value in changes.items():
            setattr(db_obj, name, value)
        await self.flush(db)
        return db_obj

    async def delete(self, db: DbSession, db_obj: ModelType) -> None:
        """Delete a row; errors are those of `create`."""
        await db.delete(db_obj)
        await self.flush(db)

    async def flush(self, db: DbSession) -> None:
        """Send what is pending.

        Raises:
            NotFoundError: somebody deleted the row since it was read.
        """
        try:
            with self.naming_conflicts():
                await db.flush()
        except StaleDataError as error:
            raise NotFoundError from error

    @contextmanager
    def naming_conflicts(self) -> Iterator[None]:
        """Say in the words of the domain which constraint the statements in here broke."""
        try:
            yield
        except IntegrityError as error:
            cause = error.orig.__cause__ if error.orig else None
            conflict = self.conflicts.get(getattr(cause, "constraint_name", ""))
            if conflict is None:
                raise
            raise conflict from error

    async def paginate(
        self, db: DbSession, query: Select[ModelType], page: PageRequest
    ) -> Page[ModelType]:
        """Run the query for one page; it reads one row more to know whether another follows.

        The id grows with time, so it orders by `created_at` and needs no index of its own.
        """
        column = self.sorts.get(page.sort.removeprefix("-"))
        descending = page.sort.startswith("-")
        keys = [self.model.id] if column is None else [column, self.model.id]
        query = query.order_by(*(key.desc() if descending else key for key in keys))
        if after := page.after(self.model.__name__):
            place = tuple_(*([after.id] if column is None else [after.value, after.id]))
            query = query.where(tuple_(*keys) < place if descending else tuple_(*keys) > place)
        rows = (await db.scalars(query.limit(page.limit + 1))).all()
        return self.to_page(rows, page)

    def to_page(self, rows: Sequence[ModelType], page: PageRequest) -> Page[ModelType]:
        """Cut off the row that was read ahead, and point behind the last one that stays."""
        items = rows[: page.limit]
        if len(rows) <= page.limit:
            return Page(items, None)
        last, name = items[-1], page.sort.removeprefix("-")
        position = Position(last.id, getattr(last, name) if name in self.sorts else None)
        return Page(items, make_cursor(position, self.model.__name__ + page.sort))
