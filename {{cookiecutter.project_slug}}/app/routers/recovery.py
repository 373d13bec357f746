"""What the reader of a mailbox may do without logging in."""

from fastapi import APIRouter, BackgroundTasks, status

from app.core.openapi import problems
from app.dependencies import CallingClient, Db
from app.schemas.account import Accepted, EmailConfirm, EmailRequest, PasswordReset
from app.services.recovery_service import recovery_service
from app.services.registration_service import registration_service
from app.tasks.emails import send_mails

router = APIRouter(prefix="/auth", tags=["recovery"])


@router.post(
    "/verify-email/request",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(400, 422, 429),
)
async def request_verification(
    body: EmailRequest, db: Db, client: CallingClient, background_tasks: BackgroundTasks
) -> Accepted:
    """Send a new link to an address that was not confirmed. Anyone may."""
    mails = await registration_service.request_confirmation(db, client, body.email)
    background_tasks.add_task(send_mails, mails)
    return Accepted()


@router.post(
    "/verify-email", status_code=status.HTTP_204_NO_CONTENT, responses=problems(400, 422, 429)
)
async def verify_email(
    body: EmailConfirm, db: Db, client: CallingClient, background_tasks: BackgroundTasks
) -> None:
    """Confirm an address. The reader of the mail may, once."""
    mails = await registration_service.confirm_email(db, client, body.token)
    background_tasks.add_task(send_mails, mails)


@router.post(
    "/password-reset/request",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(400, 422, 429),
)
async def request_password_reset(
    body: EmailRequest, db: Db, client: CallingClient, background_tasks: BackgroundTasks
) -> Accepted:
    """Send a link to set a new password with. Anyone may."""
    mails = await recovery_service.request_reset(db, client, body.email)
    background_tasks.add_task(send_mails, mails)
    return Accepted()


@router.post(
    "/password-reset", status_code=status.HTTP_204_NO_CONTENT, responses=problems(400, 422, 429)
)
async def reset_password(
    body: PasswordReset, db: Db, client: CallingClient, background_tasks: BackgroundTasks
) -> None:
    """Set a new password and end all sessions. The reader of the mail may, once."""
    mails = await recovery_service.reset_password(db, client, body.token, body.password)
    background_tasks.add_task(send_mails, mails)
