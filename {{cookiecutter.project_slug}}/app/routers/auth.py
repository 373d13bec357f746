"""Logging in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, status

from app.core.openapi import problems
from app.dependencies import CallingClient, Claims, CurrentUser, Db
from app.schemas.auth import LoginForm, RefreshRequest, TokenRead
from app.services.auth_service import TokenPair, auth_service

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/token", response_model=TokenRead, responses=problems(400, 401, 422, 429))
async def log_in(form: Annotated[LoginForm, Form()], db: Db, client: CallingClient) -> TokenPair:
    """Log in with e-mail address and password. Anyone may."""
    return await auth_service.login(db, client, form.username, form.password)


@router.post("/refresh", response_model=TokenRead, responses=problems(400, 401, 422, 429))
async def refresh(body: RefreshRequest, db: Db, client: CallingClient) -> TokenPair:
    """Exchange a refresh token for a new pair. Its holder may, once."""
    return await auth_service.refresh(db, client, body.refresh_token)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT, responses=problems(401))
async def log_out(_: CurrentUser, claims: Claims, db: Db) -> None:
    """End the session of the access token. Its holder may."""
    await auth_service.logout(db, claims.session_id)


@router.post("/logout-everywhere", status_code=status.HTTP_204_NO_CONTENT, responses=problems(401))
async def log_out_everywhere(user: CurrentUser, db: Db) -> None:
    """End all sessions of the caller, this one too."""
    await auth_service.logout_everywhere(db, user)
