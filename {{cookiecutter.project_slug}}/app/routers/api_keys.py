"""Keys for services."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.core.openapi import problems
from app.core.pagination import Page
from app.dependencies import Admin, Db
from app.models.api_key import ApiKey
from app.schemas.api_key import ApiKeyCreate, ApiKeyCreated, ApiKeyRead
from app.schemas.base import PageQuery, PageRead
from app.services.api_key_service import NewApiKey, api_key_service

router = APIRouter(prefix="/api-keys", tags=["API keys"])


@router.post(
    "/",
    response_model=ApiKeyCreated,
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 403, 422),
)
async def create_key(owner: Admin, key_in: ApiKeyCreate, db: Db) -> NewApiKey:
    """Make a key that acts for the caller within its scopes, and show it once. Admins may."""
    return await api_key_service.create_key(
        db, owner, key_in.name, key_in.scopes, key_in.expires_in_days
    )


@router.get("/", response_model=PageRead[ApiKeyRead], responses=problems(400, 401, 403, 422))
async def list_keys(_: Admin, query: Annotated[PageQuery, Query()], db: Db) -> Page[ApiKey]:
    """List all keys, ended ones too, newest first. Admins may."""
    return await api_key_service.list_keys(db, query.page())


@router.delete(
    "/{key_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 403, 404, 422),
)
async def revoke_key(_: Admin, key_id: UUID, db: Db) -> None:
    """End a key. Admins may; a second time changes nothing."""
    await api_key_service.revoke_key(db, key_id)
