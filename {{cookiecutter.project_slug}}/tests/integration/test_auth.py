"""Logging in, through the API."""

import jwt
import pytest
from httpx2 import AsyncClient, Response
from pwdlib.hashers.bcrypt import BcryptHasher

from app.config import settings
from tests.factories import PASSWORD, Caller, change_user, make_user, read_user


async def log_in(client: AsyncClient, email: str, password: str = PASSWORD) -> Response:
    """Log in under a fixed request id, so that answers can be compared."""
    form = {"username": email, "password": password}
    return await client.post("/auth/token", data=form, headers={"X-Request-ID": "same-every-time"})


async def read_me(client: AsyncClient, access_token: str) -> Response:
    """Make the simplest request that needs an access token."""
    return await client.get("/users/me", headers={"Authorization": f"Bearer {access_token}"})


async def test_login_with_the_right_password_gives_a_pair_of_tokens(client: AsyncClient) -> None:
    user = await make_user()

    response = await log_in(client, user.email)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    pair = response.json()
    assert set(pair) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert pair["token_type"] == "bearer"
    assert pair["expires_in"] == settings.access_token_expire_minutes * 60
    me = await read_me(client, pair["access_token"])
    assert me.json()["id"] == str(user.id)


async def test_access_token_names_user_session_kind_and_life_and_nothing_else(
    customer: Caller,
) -> None:
    token = customer.tokens.access_token

    claims = jwt.decode(token, options={"verify_signature": False})

    assert set(jwt.get_unverified_header(token)) == {"alg", "typ", "kid"}
    assert set(claims) == {"sub", "sid", "typ", "iat", "exp"}
    assert claims["sub"] == str(customer.user.id)
    assert claims["exp"] - claims["iat"] == customer.tokens.expires_in


async def test_login_failures_cannot_be_told_apart(client: AsyncClient) -> None:
    user, inactive = await make_user(), await make_user()
    await change_user(inactive, is_active=False)

    answers = [
        await log_in(client, user.email, "a wrong password"),
        await log_in(client, "nobody@example.com"),
        await log_in(client, inactive.email),
        await log_in(client, "no address at all"),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.headers.multi_items()) for answer in answers}) == 1
    assert answers[0].json()["code"] == "invalid_credentials"
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("Ann.Lee@Example.com", "ann.lee@example.com"),
        ("ann.lee@example.com", "  ANN.LEE@EXAMPLE.COM "),
        ("jose\u0301@example.com", "jose\u0301@example.com"),
        ("ann@xn--bcher-kva.example.com", "ann@xn--bcher-kva.example.com"),
    ],
    ids=["mixed case registered", "spaces and capitals typed", "combining accent", "punycode"],
)
async def test_login_finds_the_address_however_it_was_written(
    client: AsyncClient, registered: str, typed: str
) -> None:
    body = {"email": registered, "password": PASSWORD}
    await client.post("/users/register", json=body)

    response = await log_in(client, typed)

    assert response.status_code == 200


async def test_login_replaces_a_bcrypt_hash_by_argon2id(client: AsyncClient) -> None:
    user = await make_user()
    await change_user(user, hashed_password=BcryptHasher(rounds=4).hash(PASSWORD))

    first = await log_in(client, user.email)

    assert first.status_code == 200
    assert (await read_user(user)).hashed_password.startswith("$argon2id$")
    assert (await log_in(client, user.email)).status_code == 200


async def test_failed_login_leaves_a_bcrypt_hash_alone(client: AsyncClient) -> None:
    user = await make_user()
    await change_user(user, hashed_password=BcryptHasher(rounds=4).hash(PASSWORD))

    response = await log_in(client, user.email, "a wrong password")

    assert response.status_code == 401
    assert (await read_user(user)).hashed_password.startswith("$2")
