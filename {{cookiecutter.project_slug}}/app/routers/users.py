"""Accounts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Query, status

from app.core.openapi import problems
from app.core.pagination import Page
from app.dependencies import Admin, CallingClient, CurrentUser, Db
from app.models.user import User
from app.schemas.account import Accepted
from app.schemas.base import PageQuery, PageRead
from app.schemas.user import UserCreate, UserRead, UserRegister, UserUpdate
from app.services.registration_service import registration_service
from app.services.user_service import user_service
from app.tasks.emails import send_mails

# What is no UUID is no account: `me` and `register` have methods of their own, and no others.
router = APIRouter(prefix="/users", tags=["users"])


@router.post(
    "/register",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(400, 422, 429),
)
async def register(
    user_in: UserRegister, db: Db, client: CallingClient, background_tasks: BackgroundTasks
) -> Accepted:
    """Open an account of one's own. Anyone may; the answer is the same for a known address."""
    mails = await registration_service.register(db, client, **user_in.model_dump())
    background_tasks.add_task(send_mails, mails)
    return Accepted()


@router.post(
    "/",
    response_model=UserRead,
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 403, 409, 422),
)
async def create_user(_: Admin, user_in: UserCreate, db: Db) -> User:
    """Open an account for somebody. Admins may."""
    return await user_service.create_user(db, **user_in.model_dump())


@router.get("/", response_model=PageRead[UserRead], responses=problems(400, 401, 403, 422))
async def list_users(_: Admin, query: Annotated[PageQuery, Query()], db: Db) -> Page[User]:
    """List all accounts, newest first. Admins may."""
    return await user_service.list_users(db, query.page())


@router.get("/{user_id:uuid}", response_model=UserRead, responses=problems(401, 404, 422))
async def get_user(user_id: UUID, viewer: CurrentUser, db: Db) -> User:
    """Show an account. Admins may see any, everyone else their own."""
    return await user_service.get_visible_user(db, user_id, viewer)


@router.patch(
    "/{user_id:uuid}", response_model=UserRead, responses=problems(400, 401, 403, 404, 409, 422)
)
async def update_user(_: Admin, user_id: UUID, changes: UserUpdate, db: Db) -> User:
    """Change an account. Admins may."""
    return await user_service.update_user_by_id(db, user_id, changes.changes())


@router.delete(
    "/{user_id:uuid}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 403, 404, 409, 422),
)
async def delete_user(_: Admin, user_id: UUID, db: Db) -> None:
    """Delete an account that has no orders. Admins may."""
    await user_service.delete_user(db, user_id)
