"""Jobs in the database."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pymongo import ReturnDocument

from app.core.clock import utc_now
from app.core.database import DbSession, begin
from app.core.enums import UNFINISHED, WAITING, JobStatus
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase, changed
from app.crud.file import file_crud
from app.models.job import Job

Changes = Mapping[str, Any]
ENDED = [JobStatus.DONE.value, JobStatus.CANCELLED.value]


class CRUDJob(CRUDBase[Job]):
    """Jobs: each step is one conditional update, so that of two at once one is made."""

    async def create_once(self, db: DbSession, obj_in: Changes) -> Job | None:
        """Insert a job; None when there is one with its id."""
        return await self.create_unless_there(db, {"_id": obj_in["id"]}, obj_in)

    async def list_jobs(
        self,
        db: DbSession,
        page: PageRequest,
        user_id: UUID | None = None,
        status: JobStatus | None = None,
    ) -> Page[Job]:
        """Return one page of jobs: of one user, or of all when None; in one status, or in any."""
        wanted = {"user_id": user_id, "status": status and status.value}
        return await self.list(db, page, {k: v for k, v in wanted.items() if v is not None})

    async def claim(self, db: DbSession, id: UUID, lease_end: datetime) -> Job | None:
        """Begin a job that is due, or whose worker is dead; None when there is nothing to do."""
        job, now = await self.get(db, id), utc_now()
        if job is None or job.attempt >= job.max_attempts or not is_claimable(job, now):
            return None
        begun = {
            "status": JobStatus.RUNNING,
            "attempt": job.attempt + 1,
            "runs": job.runs + 1,
            "publish_at": lease_end,
            "publications": 0,
            "started_at": job.started_at or now,
        }
        return await self.change_unless_changed(db, job, begun)

    async def change_unless_changed(self, db: DbSession, job: Job, changes: Changes) -> Job | None:
        """Change a job; None when somebody else has taken a step with it since it was read."""
        await begin(db)
        return await self.find_and_change(db, as_read(job), changes)

    async def change_run(self, db: DbSession, id: UUID, run: int, changes: Changes) -> bool:
        """Change a job if this run of it is still under way; tell whether it is.

        What is written in the same transaction happens once, however often the job was begun.
        """
        running = {"_id": id, "runs": run, "status": JobStatus.RUNNING.value}
        await begin(db)
        result = await self.collection.update_one(running, changed(plain(changes)), session=db)
        return bool(result.matched_count)

    async def move(
        self, db: DbSession, id: UUID, before: Collection[JobStatus], changes: Changes
    ) -> Job | None:
        """Change a job that is in one of these states; None when it is in another."""
        wanted = {"_id": id, "status": {"$in": [status.value for status in before]}}
        await begin(db)
        return await self.find_and_change(db, wanted, changes)

    async def find_and_change(self, db: DbSession, wanted: Changes, changes: Changes) -> Job | None:
        """Change the job that fits, and return it as it is then."""
        found = await self.collection.find_one_and_update(
            wanted,
            changed(plain(changes)),
            return_document=ReturnDocument.AFTER,
            session=db,
        )
        return None if found is None else Job.model_validate(found)

    async def take_due(
        self, db: DbSession, limit: int, step: Callable[[Job], Changes]
    ) -> list[Job]:
        """Take jobs that are to be published or given up, and change each as `step` says.

        Any number of relays may do so at once: of two the condition of the update lets one through.
        Each change is a transaction of its own, so that none undoes others.
        """
        due = Job.find({"publish_at": {"$lte": utc_now()}}, session=db, limit=limit)
        taken = [
            await self.find_and_change(db, as_read(job), step(job))
            for job in await due.sort("publish_at").to_list()
        ]
        return [job for job in taken if job is not None]

    async def depths(self, db: DbSession) -> list[tuple[str, JobStatus, int, datetime]]:
        """Count unfinished and failed jobs by name and status, with the oldest time they were due.

        So it reads what an index holds, and not the many that are done.
        """
        counted = [status.value for status in (*UNFINISHED, JobStatus.FAILED)]
        group = {
            "_id": {"name": "$name", "status": "$status"},
            "count": {"$sum": 1},
            "oldest": {"$min": "$due_at"},
        }
        stages: list[dict[str, Any]] = [{"$match": {"status": {"$in": counted}}}, {"$group": group}]
        rows = await (await self.collection.aggregate(stages, session=db)).to_list()
        return [
            (row["_id"]["name"], JobStatus(row["_id"]["status"]), row["count"], row["oldest"])
            for row in rows
        ]

    async def delete_finished(self, db: DbSession, before: datetime, limit: int) -> int:
        """Delete jobs that were done or cancelled before a time, with their files; count them."""
        old = {"status": {"$in": ENDED}, "finished_at": {"$lt": before}}
        found = self.collection.find(old, {"_id": 1}, limit=limit, session=db)
        ids = [document["_id"] async for document in found]
        await self.delete_with_files(db, ids)
        return len(ids)

    async def delete_all(self, db: DbSession, user_id: UUID) -> None:
        """Delete all jobs of a user, with their files."""
        found = self.collection.find({"user_id": user_id}, {"_id": 1}, session=db)
        await self.delete_with_files(db, [document["_id"] async for document in found])

    async def delete_with_files(self, db: DbSession, ids: list[UUID]) -> None:
        """Delete jobs, and their files."""
        await file_crud.delete_all(db, ids)
        await self.collection.delete_many({"_id": {"$in": ids}}, session=db)


def is_claimable(job: Job, now: datetime) -> bool:
    """Tell whether a job waits and is due, or runs under a lease that has lapsed."""
    if job.status == JobStatus.RUNNING:
        return job.publish_at is not None and job.publish_at <= now
    return job.status in WAITING and job.due_at <= now


def as_read(job: Job) -> Changes:
    """Match a job with which nobody has taken a step since it was read."""
    step = {"runs": job.runs, "status": job.status.value, "publish_at": job.publish_at}
    return {"_id": job.id, **step}


def plain(changes: Changes) -> dict[str, Any]:
    """Return changes as the database can hold them."""
    return {
        name: value.value if isinstance(value, JobStatus) else value
        for name, value in changes.items()
    }


job_crud = CRUDJob(Job)
