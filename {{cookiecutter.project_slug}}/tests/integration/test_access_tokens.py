"""Access tokens that must not open a door, and changes that take effect on the next request."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from httpx2 import AsyncClient

from app.core.clock import utc_now
from app.core.ids import new_id
from app.core.security import SIGNING_KEY
from tests.factories import Caller, make_caller

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

Claims = dict[str, Any]

OTHER_KEY = "another key, which is just as long as the one that the service signs with"


def sign(claims: Claims, key: str = SIGNING_KEY, algorithm: str = "HS256") -> str:
    """Sign claims as the service does, unless told otherwise."""
    return jwt.encode(claims, key, algorithm=algorithm)


def without_signature(token: str) -> str:
    """Cut the signature off."""
    return token.rpartition(".")[0] + "."


def with_payload_of(token: str, other: str) -> str:
    """Put another token's payload under this token's signature."""
    header, _, signature = token.split(".")
    return f"{header}.{other.split('.')[1]}.{signature}"


FORGERIES: dict[str, Callable[[Claims], str]] = {
    "expired": lambda claims: sign(claims | {"exp": utc_now() - timedelta(seconds=1)}),
    "not valid yet": lambda claims: sign(claims | {"iat": utc_now() + timedelta(hours=1)}),
    "other key": lambda claims: sign(claims, key=OTHER_KEY),
    "algorithm none": lambda claims: jwt.encode(claims, None, algorithm="none"),
    "algorithm HS512": lambda claims: sign(claims, algorithm="HS512"),
    "signature cut off": lambda claims: without_signature(sign(claims)),
    "signature of other claims": lambda claims: with_payload_of(
        sign(claims | {"sub": str(new_id())}), sign(claims)
    ),
    "kind refresh": lambda claims: sign(claims | {"typ": "refresh"}),
    "kind not a text": lambda claims: sign(claims | {"typ": ["access"]}),
    "user not a UUID": lambda claims: sign(claims | {"sub": "1"}),
    "user not a text": lambda claims: sign(claims | {"sub": 1}),
    "session not a UUID": lambda claims: sign(claims | {"sid": "1"}),
    "session not a text": lambda claims: sign(claims | {"sid": 1}),
    "session null": lambda claims: sign(claims | {"sid": None}),
    "unknown user": lambda claims: sign(claims | {"sub": str(new_id())}),
    "unknown session": lambda claims: sign(claims | {"sid": str(new_id())}),
    "no token": lambda _: "",
    "not a token": lambda _: "a.b.c",
    "header nested deeply": lambda _: jwt.utils.base64url_encode(b"[" * 20_000).decode() + ".e30.",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_forged_access_token_is_401(
    client: AsyncClient, customer: Caller, forge: Callable[[Claims], str]
) -> None:
    claims = jwt.decode(customer.tokens.access_token, options={"verify_signature": False})

    response = await client.get("/users/me", headers={"Authorization": f"Bearer {forge(claims)}"})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("name", ["exp", "iat", "sub", "sid", "typ"])
async def test_access_token_without_a_claim_is_401(
    client: AsyncClient, customer: Caller, name: str
) -> None:
    claims = jwt.decode(customer.tokens.access_token, options={"verify_signature": False})
    claims.pop(name)

    response = await client.get("/users/me", headers={"Authorization": f"Bearer {sign(claims)}"})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_access_token_for_the_session_of_somebody_else_is_401(
    client: AsyncClient, customer: Caller
) -> None:
    other = await make_caller()
    claims = jwt.decode(customer.tokens.access_token, options={"verify_signature": False})
    token = sign(claims | {"sub": str(other.user.id)})

    response = await client.get("/users/me", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "Token {token}", "{token}"])
async def test_authorization_of_another_form_is_401(
    client: AsyncClient, customer: Caller, header: str
) -> None:
    value = header.format(token=customer.tokens.access_token)

    response = await client.get("/users/me", headers={"Authorization": value})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_deactivated_user_is_refused_on_the_next_request(
    client: AsyncClient, customer: Caller, admin: Caller
) -> None:
    before = await client.get("/users/me", headers=customer.headers)

    await client.patch(
        f"/users/{customer.user.id}", headers=admin.headers, json={"is_active": False}
    )

    assert before.status_code == 200
    assert (await client.get("/users/me", headers=customer.headers)).status_code == 401
    body = {"refresh_token": customer.tokens.refresh_token}
    assert (await client.post("/auth/refresh", json=body)).status_code == 401


async def test_changed_role_counts_on_the_next_request(
    client: AsyncClient, customer: Caller, admin: Caller
) -> None:
    product = {"name": "Kettle", "price_cents": 100, "currency": "EUR"}
    statuses = []

    for role in ("manager", "customer"):
        await client.patch(f"/users/{customer.user.id}", headers=admin.headers, json={"role": role})
        response = await client.post("/products/", headers=customer.headers, json=product)
        statuses.append(response.status_code)

    assert statuses == [201, 403]


async def test_deleted_user_is_refused_on_the_next_request(
    client: AsyncClient, customer: Caller, admin: Caller
) -> None:
    await client.delete(f"/users/{customer.user.id}", headers=admin.headers)

    response = await client.get("/users/me", headers=customer.headers)

    assert response.status_code == 401
