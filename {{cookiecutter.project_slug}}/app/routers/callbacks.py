"""Calls to clients' own services: their secret, and what became of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.core.openapi import problems
from app.core.pagination import Page
from app.dependencies import CurrentUser, Db
from app.models.callback import CallbackDelivery, CallbackSecret
from app.schemas.base import PageRead
from app.schemas.callback import (
    CallbackDeliveryRead,
    CallbackDeliveryWithAttempts,
    CallbackQuery,
    CallbackSecretMade,
    CallbackSecretRead,
    CallbackSecretRotate,
)
from app.services.callback_secret_service import NewCallbackSecret, callback_secret_service
from app.services.callback_service import callback_service

router = APIRouter(tags=["callbacks"])


@router.get("/callback-secret", response_model=CallbackSecretRead, responses=problems(401, 404))
async def get_callback_secret(user: CurrentUser, db: Db) -> CallbackSecret:
    """Show when one's own secret was made. Users may."""
    return await callback_secret_service.show(db, user)


@router.post(
    "/callback-secret",
    response_model=CallbackSecretMade,
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 422),
)
async def rotate_callback_secret(
    user: CurrentUser, rotation: CallbackSecretRotate, db: Db
) -> NewCallbackSecret:
    """Make a secret that signs one's callbacks, and show it once. Users may.

    The secret before it signs, too, for so many hours: none if it was stolen.
    """
    return await callback_secret_service.rotate(db, user, rotation.keep_previous_hours)


@router.get(
    "/callbacks/", response_model=PageRead[CallbackDeliveryRead], responses=problems(400, 401, 422)
)
async def list_callbacks(
    viewer: CurrentUser, query: Annotated[CallbackQuery, Query()], db: Db
) -> Page[CallbackDelivery]:
    """List callbacks, newest first. Users see their own, admins all."""
    return await callback_service.list_deliveries(db, viewer, query.page(), query.status)


@router.get(
    "/callbacks/{delivery_id}",
    response_model=CallbackDeliveryWithAttempts,
    responses=problems(401, 404, 422),
)
async def get_callback(delivery_id: UUID, viewer: CurrentUser, db: Db) -> CallbackDelivery:
    """Show a callback with its last tries. Users may see their own, admins all."""
    return await callback_service.get_delivery(db, delivery_id, viewer)


@router.post(
    "/callbacks/{delivery_id}/resend",
    response_model=CallbackDeliveryRead,
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(401, 404, 409, 422),
)
async def resend_callback(delivery_id: UUID, viewer: CurrentUser, db: Db) -> CallbackDelivery:
    """Send a callback that has ended again, under its id. Users may their own, admins all."""
    return await callback_service.resend(db, delivery_id, viewer)
