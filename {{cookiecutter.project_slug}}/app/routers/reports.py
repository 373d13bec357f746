"""Reports, which are made in the background."""

from fastapi import APIRouter, status

from app.core.openapi import problems
from app.dependencies import Db, IdempotencyKey, Staff
from app.models.job import Job
from app.routers.callback_contract import router as receivers
from app.schemas.job import JobRead
from app.schemas.report import SalesReportRequest
from app.services.report_service import Days, report_service

router = APIRouter(prefix="/reports", tags=["reports"])


@router.post(
    "/sales",
    response_model=JobRead,
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(400, 401, 403, 409, 422),
    callbacks=receivers.routes,
)
async def request_sales_report(
    user: Staff, idempotency_key: IdempotencyKey, asked: SalesReportRequest, db: Db
) -> Job:
    """Have what was sold put into files, as CSV and as XLSX. Managers and admins may."""
    days = Days(asked.since, asked.until)
    return await report_service.request_sales(db, user, idempotency_key, days, asked.callback_url)
