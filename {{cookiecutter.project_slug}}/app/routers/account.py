"""The caller's own account and sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, status

from app.core.openapi import problems
from app.core.pagination import Page
from app.dependencies import CallingClient, Claims, CurrentUser, Db
from app.models.user import User
from app.schemas.account import (
    Accepted,
    EmailChange,
    PasswordChange,
    PasswordConfirm,
    SessionRead,
)
from app.schemas.base import PageQuery, PageRead
from app.schemas.user import UserRead, UserUpdateMe
from app.services.account_service import account_service
from app.services.auth_service import SessionView, auth_service
from app.services.user_service import user_service
from app.tasks.emails import send_mails

router = APIRouter(prefix="/users/me", tags=["account"])


@router.get("", response_model=UserRead, responses=problems(401))
async def read_me(user: CurrentUser) -> User:
    """Show the caller's own account."""
    return user


@router.patch("", response_model=UserRead, responses=problems(400, 401, 422))
async def update_me(user: CurrentUser, changes: UserUpdateMe, db: Db) -> User:
    """Change the caller's own account."""
    return await user_service.update_user(db, user, changes.changes())


@router.post(
    "/password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(400, 401, 403, 422, 429),
)
async def change_password(
    user: CurrentUser,
    body: PasswordChange,
    db: Db,
    client: CallingClient,
    background_tasks: BackgroundTasks,
) -> None:
    """Set a new password and end all sessions, this one too."""
    mails = await account_service.change_password(
        db, client, user, body.current_password, body.new_password
    )
    background_tasks.add_task(send_mails, mails)


@router.post(
    "/email", status_code=status.HTTP_202_ACCEPTED, responses=problems(400, 401, 403, 422, 429)
)
async def change_email(
    user: CurrentUser,
    body: EmailChange,
    db: Db,
    client: CallingClient,
    background_tasks: BackgroundTasks,
) -> Accepted:
    """Send a link to a new address, which replaces the old one when it is followed."""
    mails = await account_service.change_email(db, client, user, body.current_password, body.email)
    background_tasks.add_task(send_mails, mails)
    return Accepted()


@router.post(
    "/deactivate",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(400, 401, 403, 409, 422, 429),
)
async def deactivate_me(
    user: CurrentUser, body: PasswordConfirm, db: Db, client: CallingClient
) -> None:
    """Close the caller's own account; an admin can open it again."""
    await account_service.deactivate(db, client, user, body.current_password)


@router.post(
    "/delete",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(400, 401, 403, 409, 422, 429),
)
async def delete_me(
    user: CurrentUser, body: PasswordConfirm, db: Db, client: CallingClient
) -> None:
    """Delete the caller's own account, if it has no orders."""
    await account_service.delete(db, client, user, body.current_password)


@router.get("/sessions", response_model=PageRead[SessionRead], responses=problems(400, 401, 422))
async def list_sessions(
    user: CurrentUser, claims: Claims, query: Annotated[PageQuery, Query()], db: Db
) -> Page[SessionView]:
    """List the caller's open sessions, newest first."""
    return await auth_service.list_sessions(db, user, claims.session_id, query.page())


@router.delete(
    "/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 404, 422),
)
async def end_session(user: CurrentUser, session_id: UUID, db: Db) -> None:
    """End one of the caller's sessions."""
    await auth_service.end_session(db, user, session_id)
