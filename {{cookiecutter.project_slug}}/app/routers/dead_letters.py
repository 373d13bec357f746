"""Jobs that failed for good, as admins see them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.core.openapi import problems
from app.core.pagination import Page
from app.dependencies import Admin, Db
from app.models.job import Job
from app.schemas.base import PageQuery, PageRead
from app.schemas.job import DeadLetterRead
from app.services.job_service import job_service

router = APIRouter(prefix="/dead-letters", tags=["dead letters"])


@router.get("/", response_model=PageRead[DeadLetterRead], responses=problems(400, 401, 403, 422))
async def list_dead_letters(_: Admin, query: Annotated[PageQuery, Query()], db: Db) -> Page[Job]:
    """List the jobs that failed for good, with their last errors. Admins may."""
    return await job_service.list_dead(db, query.page())


@router.post(
    "/{job_id}/retry",
    response_model=DeadLetterRead,
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(401, 403, 404, 409, 422),
)
async def retry_dead_letter(_: Admin, job_id: UUID, db: Db) -> Job:
    """Run a failed job again, with all its tries. Admins may."""
    return await job_service.run_again(db, job_id)


@router.delete(
    "/{job_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 403, 404, 409, 422),
)
async def discard_dead_letter(_: Admin, job_id: UUID, db: Db) -> None:
    """Give a failed job up. Admins may."""
    await job_service.discard(db, job_id)
