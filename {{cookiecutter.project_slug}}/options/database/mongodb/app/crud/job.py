"""Jobs in the database."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from pymongo import ReturnDocument

from app.core.clock import utc_now
from app.core.database import DbSession, begin, write_or_give_way
from app.core.enums import UNFINISHED, WAITING, JobStatus
from app.core.exceptions import UnauthorizedError
from app.core.jobs import JOBS
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase, changed
from app.crud.callback import callback_crud
from app.crud.file import file_crud
from app.models.job import Job
from app.models.user import User

Changes = Mapping[str, Any]
Update = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class CRUDJob(CRUDBase[Job]):
    """Jobs: each step is one conditional update, so that of two at once one is made."""

    async def create_once(self, db: DbSession, obj_in: Changes) -> Job | None:
        """Insert a job; None when there is one with its id.

        Raises:
            UnauthorizedError: the user was deleted.
        """
        job = await self.create_unless_there(db, {"_id": obj_in["id"]}, obj_in)
        if job and job.user_id and not await User.find_one({"_id": job.user_id}, session=db):
            raise UnauthorizedError
        return job

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
        now = utc_now()
        claimable = [
            {"status": {"$in": as_stored(WAITING)}, "due_at": {"$lte": now}},
            {"status": JobStatus.RUNNING.value, "publish_at": {"$lte": now}},
        ]
        tries_left = {"$expr": {"$lt": ["$attempt", "$max_attempts"]}}
        await begin(db)
        return await self.find_and_change(
            db, {"_id": id, "$or": claimable, **tries_left}, begun(now, lease_end)
        )

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
        wanted = {"_id": id, "status": {"$in": as_stored(before)}}
        await begin(db)
        return await self.find_and_change(db, wanted, changed(plain(changes)))

    async def find_and_change(
        self, db: DbSession, wanted: Mapping[str, Any], update: Update
    ) -> Job | None:
        """Change the job that fits, and return it as it is then."""
        found = await self.collection.find_one_and_update(
            wanted, update, return_document=ReturnDocument.AFTER, session=db
        )
        return None if found is None else Job.model_validate(found)

    async def take_due(
        self, db: DbSession, limit: int, step: Callable[[Job], Changes]
    ) -> list[Job]:
        """Take jobs that are to be published or given up, and change each as `step` says.

        Any number of relays may do so at once: of two the condition of the update lets one through.
        Each change is a transaction of its own: one whose document somebody holds, and be it a dead
        process, is left for another time, and keeps no other job waiting. A job of a newer release,
        whose name is unknown here, is left to its relays.
        """
        wanted = {"publish_at": {"$lte": utc_now()}, "name": {"$in": [*JOBS]}}
        due = Job.find(wanted, session=db, limit=limit)
        taken = []
        for job in await due.sort("publish_at").to_list():
            take = partial(self.find_and_change, db, as_read(job), changed(plain(step(job))))
            taken.append(await write_or_give_way(db, take))
        return [job for job in taken if job is not None]

    async def depths(self, db: DbSession) -> list[tuple[str, JobStatus, int, datetime]]:
        """Count unfinished and failed jobs by name and status, with the oldest time they were due.

        So it reads what an index holds, and not the many that are done.
        """
        counted = as_stored({*UNFINISHED, JobStatus.FAILED})
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
        ended = as_stored([JobStatus.DONE, JobStatus.CANCELLED])
        old = {"status": {"$in": ended}, "finished_at": {"$lt": before}}
        found = self.collection.find(old, {"_id": 1}, limit=limit, session=db)
        ids = [document["_id"] async for document in found]
        await self.delete_with_files(db, ids)
        return len(ids)

    async def delete_all(self, db: DbSession, user_id: UUID) -> None:
        """Delete all jobs of a user, with their files."""
        found = self.collection.find({"user_id": user_id}, {"_id": 1}, session=db)
        await self.delete_with_files(db, [document["_id"] async for document in found])

    async def delete_with_files(self, db: DbSession, ids: list[UUID]) -> None:
        """Delete jobs, with their files and callbacks."""
        await file_crud.delete_all(db, ids)
        await callback_crud.delete_all(db, ids)
        await self.collection.delete_many({"_id": {"$in": ids}}, session=db)


def begun(now: datetime, lease_end: datetime) -> list[Mapping[str, Any]]:
    """Return the update that begins a job: it counts from what is stored at that moment."""
    changes = {
        "status": JobStatus.RUNNING.value,
        "attempt": {"$add": ["$attempt", 1]},
        "runs": {"$add": ["$runs", 1]},
        "publish_at": lease_end,
        "publications": 0,
        "started_at": {"$ifNull": ["$started_at", now]},
    }
    return [changed(changes)]


def as_stored(statuses: Collection[JobStatus]) -> list[str]:
    """Return states as the database holds them."""
    return [status.value for status in statuses]


def as_read(job: Job) -> Mapping[str, Any]:
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
