"""Mails to all users."""

from fastapi import APIRouter, status

from app.core.openapi import problems
from app.dependencies import Admin, Db, IdempotencyKey
from app.models.job import Job
from app.schemas.job import JobRead
from app.schemas.notification import Notification
from app.services.notification_service import notification_service

router = APIRouter(tags=["notifications"])


@router.post(
    "/notify-all",
    response_model=JobRead,
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(400, 401, 403, 422),
)
async def notify_all(
    sender: Admin, idempotency_key: IdempotencyKey, notification: Notification, db: Db
) -> Job:
    """Send a mail to all users, in the background. Admins may; the same key sends it once."""
    words = notification.model_dump()
    return await notification_service.notify_all(db, sender, idempotency_key, **words)
