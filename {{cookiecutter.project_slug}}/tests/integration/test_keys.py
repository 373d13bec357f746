"""Signing keys, through the API: what is published, and a rotation that nobody notices."""

import jwt
import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.config import settings
from tests.factories import make_caller, make_product

NEW_KEY = SecretStr("n3w" * 13)


async def test_nothing_is_published_while_a_secret_signs(client: AsyncClient) -> None:
    response = await client.get("/.well-known/jwks.json")

    assert response.status_code == 200
    assert response.json() == {"keys": []}


async def test_published_key_verifies_the_tokens_that_a_login_gives(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "algorithm", "EdDSA")
    caller = await make_caller()

    response = await client.get("/.well-known/jwks.json")

    token = caller.tokens.access_token
    key = jwt.PyJWKSet.from_dict(response.json())[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["EdDSA"])["sub"] == str(caller.user.id)
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert (await client.get("/users/me", headers=caller.headers)).status_code == 200


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
async def test_rotation_of_the_keys_logs_nobody_out(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    monkeypatch.setattr(settings, "algorithm", algorithm)
    caller = await make_caller()
    for _ in range(2):
        await make_product()
    page = (await client.get("/products/", params={"limit": 1})).json()

    monkeypatch.setattr(settings, "previous_secret_keys", [settings.secret_key])
    monkeypatch.setattr(settings, "secret_key", NEW_KEY)

    body = {"refresh_token": caller.tokens.refresh_token}
    after = {"limit": 1, "cursor": page["next_cursor"]}
    assert (await client.get("/users/me", headers=caller.headers)).status_code == 200
    assert (await client.get("/products/", params=after)).status_code == 200
    assert (await client.post("/auth/refresh", json=body)).status_code == 200


async def test_change_of_the_algorithm_asks_for_a_refresh_but_for_no_login(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = await make_caller()

    monkeypatch.setattr(settings, "algorithm", "EdDSA")

    body = {"refresh_token": caller.tokens.refresh_token}
    assert (await client.get("/users/me", headers=caller.headers)).status_code == 401
    pair = (await client.post("/auth/refresh", json=body)).json()
    headers = {"Authorization": f"Bearer {pair['access_token']}"}
    assert (await client.get("/users/me", headers=headers)).status_code == 200
