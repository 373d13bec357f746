"""Staying logged in and logging out, through the API."""

import pytest
from httpx2 import AsyncClient, Response

from app.config import settings
from tests.factories import Caller, make_caller, open_session


async def refresh(client: AsyncClient, refresh_token: str) -> Response:
    """Exchange a refresh token."""
    return await client.post("/auth/refresh", json={"refresh_token": refresh_token})


async def read_me(client: AsyncClient, access_token: str) -> Response:
    """Make the simplest request that needs an access token."""
    return await client.get("/users/me", headers={"Authorization": f"Bearer {access_token}"})


async def test_refresh_gives_a_new_pair_of_the_same_session(
    client: AsyncClient, customer: Caller
) -> None:
    response = await refresh(client, customer.tokens.refresh_token)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    pair = response.json()
    assert pair["refresh_token"] != customer.tokens.refresh_token
    assert (await read_me(client, pair["access_token"])).status_code == 200
    assert (await refresh(client, pair["refresh_token"])).status_code == 200


async def test_reused_refresh_token_ends_its_family_at_once(
    client: AsyncClient, customer: Caller
) -> None:
    stolen = customer.tokens.refresh_token
    pair = (await refresh(client, stolen)).json()

    reuse = await refresh(client, stolen)

    assert reuse.status_code == 401
    assert reuse.json()["code"] == "invalid_refresh_token"
    assert (await refresh(client, pair["refresh_token"])).status_code == 401
    assert (await read_me(client, pair["access_token"])).status_code == 401
    assert (await read_me(client, customer.tokens.access_token)).status_code == 401


async def test_reused_refresh_token_leaves_other_sessions_of_the_user_alone(
    client: AsyncClient, customer: Caller
) -> None:
    elsewhere = await open_session(customer.user)
    await refresh(client, customer.tokens.refresh_token)

    await refresh(client, customer.tokens.refresh_token)

    assert (await read_me(client, elsewhere.access_token)).status_code == 200
    assert (await refresh(client, elsewhere.refresh_token)).status_code == 200


async def test_refresh_with_an_unknown_token_is_401(client: AsyncClient) -> None:
    response = await refresh(client, "made-up")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_refresh_token_ends_when_it_was_not_used_for_long(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "refresh_token_idle_days", 0)
    caller = await make_caller()

    response = await refresh(client, caller.tokens.refresh_token)

    assert response.status_code == 401
    assert (await read_me(client, caller.tokens.access_token)).status_code == 200


async def test_session_ends_for_good_after_its_longest_life(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "refresh_token_absolute_days", 0)
    caller = await make_caller()

    response = await refresh(client, caller.tokens.refresh_token)

    assert response.status_code == 401
    assert (await read_me(client, caller.tokens.access_token)).status_code == 401


async def test_logout_ends_the_session_at_once(client: AsyncClient, customer: Caller) -> None:
    elsewhere = await open_session(customer.user)

    response = await client.post("/auth/logout", headers=customer.headers)

    assert response.status_code == 204
    assert (await read_me(client, customer.tokens.access_token)).status_code == 401
    assert (await refresh(client, customer.tokens.refresh_token)).status_code == 401
    assert (await read_me(client, elsewhere.access_token)).status_code == 200


async def test_logout_without_a_token_is_401(client: AsyncClient) -> None:
    response = await client.post("/auth/logout")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
