"""Jobs in the database."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, cast
from uuid import UUID

from sqlalchemy import Table, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningUpdate

from app.core.clock import utc_now
from app.core.database import DbSession
from app.core.enums import UNFINISHED, WAITING, JobStatus
from app.core.exceptions import AppError, UnauthorizedError
from app.core.jobs import JOBS
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase
from app.crud.file import file_crud
from app.models.job import Job

Changes = Mapping[str, Any]

# Each job is claimed and changed at least once. So both are statements on the table, and not on
# the model, which would take longer to prepare them than the database to run them.
TABLE = cast("Table", Job.__table__)
COLUMN = TABLE.c
NOW = bindparam("now", type_=COLUMN.updated_at.type)
CLAIM = (
    update(TABLE)
    .where(
        COLUMN.id == bindparam("job_id"),
        COLUMN.attempt < COLUMN.max_attempts,
        or_(
            and_(COLUMN.status.in_(WAITING), COLUMN.due_at <= NOW),
            and_(COLUMN.status == JobStatus.RUNNING, COLUMN.publish_at <= NOW),
        ),
    )
    .values(
        status=JobStatus.RUNNING,
        attempt=COLUMN.attempt + 1,
        runs=COLUMN.runs + 1,
        publish_at=bindparam("lease_end"),
        publications=0,
        started_at=func.coalesce(COLUMN.started_at, NOW),
        updated_at=NOW,
    )
    .returning(TABLE)
)


@cache
def change_of(*names: str) -> ReturningUpdate[UUID]:
    """Build the statement that changes these columns of a job that runs."""
    return (
        update(TABLE)
        .where(
            COLUMN.id == bindparam("job_id"),
            COLUMN.runs == bindparam("run"),
            COLUMN.status == JobStatus.RUNNING,
        )
        .values({name: bindparam(f"new_{name}") for name in names})
        .returning(COLUMN.id)
    )


class CRUDJob(CRUDBase[Job]):
    """Jobs: each step is one conditional update, so that of two at once one is made."""

    conflicts: ClassVar[Mapping[str, type[AppError]]] = {"fk_jobs_user_id": UnauthorizedError}

    async def create_once(self, db: DbSession, obj_in: Changes) -> Job | None:
        """Insert a job; None when there is one with its id."""
        unless_there = insert(Job).values(**obj_in).on_conflict_do_nothing(index_elements=[Job.id])
        with self.naming_conflicts():
            created: Job | None = await db.scalar(unless_there.returning(Job))
        return created

    async def list_jobs(
        self,
        db: DbSession,
        page: PageRequest,
        user_id: UUID | None = None,
        status: JobStatus | None = None,
    ) -> Page[Job]:
        """Return one page of jobs: of one user, or of all when None; in one status, or in any."""
        query = select(Job)
        if user_id is not None:
            query = query.where(Job.user_id == user_id)
        if status is not None:
            query = query.where(Job.status == status)
        return await self.paginate(db, query, page)

    async def claim(self, db: DbSession, id: UUID, lease_end: datetime) -> Job | None:
        """Begin a job that is due, or whose worker is dead; None when there is nothing to do."""
        given = {"job_id": id, "now": utc_now(), "lease_end": lease_end}
        row = (await db.execute(CLAIM, given)).mappings().one_or_none()
        return Job(**row) if row else None

    async def change_run(self, db: DbSession, id: UUID, run: int, changes: Changes) -> bool:
        """Change a job if this run of it is still under way; tell whether it is.

        What is written in the same transaction happens once, however often the job was begun.
        """
        values = {**changes, "updated_at": utc_now()}
        given = {f"new_{name}": value for name, value in values.items()}
        changed = await db.scalar(change_of(*values), {"job_id": id, "run": run, **given})
        return changed is not None

    async def move(
        self, db: DbSession, id: UUID, before: Collection[JobStatus], changes: Changes
    ) -> Job | None:
        """Change a job that is in one of these states; None when it is in another."""
        return await db.scalar(
            update(Job)
            .where(Job.id == id, Job.status.in_(before))
            .values(**changes, updated_at=utc_now())
            .returning(Job)
            .execution_options(populate_existing=True)
        )

    async def take_due(
        self, db: DbSession, limit: int, step: Callable[[Job], Changes]
    ) -> list[Job]:
        """Take jobs that are to be published or given up, and change each as `step` says.

        Any number of relays may do so at once: none gets what another has locked. A job of a newer
        release, whose name is unknown here, is left to its relays.
        """
        known = select(Job).where(Job.publish_at <= utc_now(), Job.name.in_(JOBS))
        due = known.order_by(Job.publish_at).limit(limit)
        jobs = list(await db.scalars(due.with_for_update(skip_locked=True)))
        for job in jobs:
            for name, value in step(job).items():
                setattr(job, name, value)
        await db.flush()
        return jobs

    async def depths(self, db: DbSession) -> list[tuple[str, JobStatus, int, datetime]]:
        """Count unfinished and failed jobs by name and status, with the oldest time they were due.

        So it reads what an index holds, and not the many that are done.
        """
        counted = {*UNFINISHED, JobStatus.FAILED}
        query = select(Job.name, Job.status, func.count(), func.min(Job.due_at))
        rows = await db.execute(query.where(Job.status.in_(counted)).group_by(Job.name, Job.status))
        return [(name, status, count, oldest) for name, status, count, oldest in rows]

    async def delete_finished(self, db: DbSession, before: datetime, limit: int) -> int:
        """Delete jobs that were done or cancelled before a time, with their files; count them."""
        ended = {JobStatus.DONE, JobStatus.CANCELLED}
        old = select(Job.id).where(Job.status.in_(ended), Job.finished_at < before).limit(limit)
        ids = list(await db.scalars(old.with_for_update(skip_locked=True)))
        await file_crud.delete_all(db, ids)
        await db.execute(delete(Job).where(Job.id.in_(ids)))
        return len(ids)

    async def delete_files(self, db: DbSession, user_id: UUID) -> None:
        """Delete the files of all jobs of a user, who is about to be deleted."""
        ids = await db.scalars(select(Job.id).where(Job.user_id == user_id))
        await file_crud.delete_all(db, list(ids))


job_crud = CRUDJob(Job)
