"""Background work, as its owner sees it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.core.openapi import problems
from app.core.pagination import Page
from app.dependencies import CurrentUser, Db
from app.models.job import Job
from app.routers.files import FileName, file, send_file
from app.schemas.base import PageRead
from app.schemas.job import JobQuery, JobRead
from app.services.job_service import job_service

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("/", response_model=PageRead[JobRead], responses=problems(400, 401, 422))
async def list_jobs(viewer: CurrentUser, query: Annotated[JobQuery, Query()], db: Db) -> Page[Job]:
    """List one's own jobs, newest first. Users may."""
    return await job_service.list_jobs(db, viewer, query.page(), query.status)


@router.get("/{job_id}", response_model=JobRead, responses=problems(401, 404, 422))
async def get_job(job_id: UUID, viewer: CurrentUser, db: Db) -> Job:
    """Show a job. Users may see their own, admins all."""
    return await job_service.get_job(db, job_id, viewer)


@router.post("/{job_id}/cancel", response_model=JobRead, responses=problems(401, 404, 409, 422))
async def cancel_job(job_id: UUID, viewer: CurrentUser, db: Db) -> Job:
    """Stop a job that has not ended. Users may stop their own, admins all."""
    return await job_service.cancel(db, job_id, viewer)


@router.get(
    "/{job_id}/files/{name}",
    response_class=Response,
    responses=file("*/*") | problems(401, 404, 422),
)
async def get_job_file(job_id: UUID, name: FileName, viewer: CurrentUser, db: Db) -> Response:
    """Download a file that a job has made. Users may those of their own jobs, admins all."""
    return send_file(await job_service.get_file(db, job_id, name, viewer))
