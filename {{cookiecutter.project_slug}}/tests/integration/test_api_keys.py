"""Keys with which services call the API."""

from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from app.core.enums import Role, Scope
from app.services.api_key_service import NewApiKey
from tests.factories import Caller, change_user, make_api_key, make_product, make_user
from tests.integration.calls import order_of

PRODUCT = {"name": "Cup", "price_cents": 500, "currency": "EUR"}


def carrying(key: NewApiKey | str) -> dict[str, str]:
    return {"X-API-Key": key if isinstance(key, str) else key.key}


async def add_product(client: AsyncClient, key: NewApiKey | str) -> Response:
    return await client.post("/products/", headers=carrying(key), json=PRODUCT)


async def listed(client: AsyncClient, admin: Caller, key: NewApiKey) -> dict[str, Any]:
    items = (await client.get("/api-keys/", headers=admin.headers)).json()["items"]
    (found,) = [item for item in items if item["id"] == str(key.details.id)]
    return dict(found)


async def test_new_key_works_and_is_shown_once(client: AsyncClient, admin: Caller) -> None:
    body = {"name": "Reports", "scopes": ["orders:read", "products:write"]}

    response = await client.post("/api-keys/", headers=admin.headers, json=body)

    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    key = response.json()["key"]
    assert (await add_product(client, key)).status_code == 201
    shown = (await client.get("/api-keys/", headers=admin.headers)).text
    assert key not in shown
    assert key[:12] in shown


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (Scope.PRODUCTS_WRITE, "POST", "/products/"),
        (Scope.PRODUCTS_WRITE, "PATCH", "/products/{product}"),
        (Scope.PRODUCTS_WRITE, "DELETE", "/products/{product}"),
        (Scope.ORDERS_READ, "GET", "/orders/"),
        (Scope.ORDERS_READ, "GET", "/orders/{none}"),
        (Scope.ORDERS_WRITE, "POST", "/orders/"),
        (Scope.ORDERS_WRITE, "POST", "/orders/{none}/pay"),
        (Scope.ORDERS_WRITE, "POST", "/orders/{none}/cancel"),
    ],
)
async def test_key_opens_what_its_scope_names_and_nothing_else(
    client: AsyncClient, scope: Scope, method: str, path: str
) -> None:
    owner, product = await make_user(Role.ADMIN), await make_product()
    right = await make_api_key(owner, scope)
    wrong = await make_api_key(owner, *(set(Scope) - {scope}))
    url = path.format(product=product.id, none=uuid4())
    bodies = {"POST /products/": PRODUCT, "POST /orders/": order_of(product), "PATCH": {"stock": 1}}
    body = bodies.get(f"{method} {path}") or bodies.get(method)

    def call(key: NewApiKey) -> Any:
        headers = carrying(key) | {"Idempotency-Key": "k1"}
        return client.request(method, url, headers=headers, json=body)

    refused, taken = await call(wrong), await call(right)

    assert refused.status_code == 403
    assert refused.json()["code"] == "missing_scope"
    assert taken.status_code in {200, 201, 204, 404}


async def test_key_does_not_raise_its_owner_above_their_role(client: AsyncClient) -> None:
    owner = await make_user(Role.ADMIN)
    key = await make_api_key(owner, *Scope)
    await make_user(Role.ADMIN)
    await change_user(owner, role=Role.CUSTOMER)

    response = await add_product(client, key)

    assert response.status_code == 403
    assert response.json()["code"] == "forbidden"


@pytest.mark.parametrize("path", ["/users/me", "/users/", "/api-keys/", "/users/me/sessions"])
async def test_key_does_not_open_accounts(client: AsyncClient, path: str) -> None:
    key = await make_api_key(await make_user(Role.ADMIN), *Scope)

    response = await client.get(path, headers=carrying(key))

    assert response.status_code == 401


async def test_key_as_a_bearer_token_is_401(client: AsyncClient) -> None:
    key = await make_api_key(await make_user(Role.ADMIN), *Scope)

    response = await client.get("/orders/", headers={"Authorization": f"Bearer {key.key}"})

    assert response.status_code == 401


async def test_a_bad_token_is_not_made_good_by_a_key(client: AsyncClient) -> None:
    key = await make_api_key(await make_user(Role.ADMIN), *Scope)

    headers = carrying(key) | {"Authorization": "Bearer made.up.token"}
    response = await client.get("/orders/", headers=headers)

    assert response.status_code == 401


async def test_made_up_key_is_401(client: AsyncClient) -> None:
    response = await add_product(client, "key_" + "x" * 43)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_expired_key_is_401(client: AsyncClient) -> None:
    key = await make_api_key(await make_user(Role.ADMIN), *Scope, days=0)

    assert (await add_product(client, key)).status_code == 401


async def test_ended_key_is_401_at_once(client: AsyncClient, admin: Caller) -> None:
    key = await make_api_key(admin.user, *Scope)

    first = await client.delete(f"/api-keys/{key.details.id}", headers=admin.headers)
    second = await client.delete(f"/api-keys/{key.details.id}", headers=admin.headers)

    assert (first.status_code, second.status_code) == (204, 204)
    assert (await add_product(client, key)).status_code == 401
    assert (await listed(client, admin, key))["revoked_at"] is not None


async def test_unknown_key_cannot_be_ended(client: AsyncClient, admin: Caller) -> None:
    response = await client.delete(f"/api-keys/{uuid4()}", headers=admin.headers)

    assert response.status_code == 404


async def test_keys_of_an_inactive_owner_are_401_for_good(client: AsyncClient) -> None:
    owner, _ = await make_user(Role.ADMIN), await make_user(Role.ADMIN)
    key = await make_api_key(owner, *Scope)

    await change_user(owner, is_active=False)
    assert (await add_product(client, key)).status_code == 401

    await change_user(owner, is_active=True)
    assert (await add_product(client, key)).status_code == 401


async def test_last_use_of_a_key_is_written_down_even_if_the_request_fails(
    client: AsyncClient, admin: Caller
) -> None:
    key = await make_api_key(admin.user, Scope.ORDERS_READ)
    before = await listed(client, admin, key)

    await add_product(client, key)

    after = await listed(client, admin, key)
    assert before["last_used_at"] is None
    assert after["last_used_at"] > after["created_at"]


@pytest.mark.parametrize(
    "fields",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"name": ""},
        {"expires_in_days": 0},
        {"expires_in_days": 366},
        {"user_id": "0198c0de-0000-7000-8000-000000000000"},
    ],
    ids=str,
)
async def test_key_that_makes_no_sense_is_422(
    client: AsyncClient, admin: Caller, fields: dict[str, object]
) -> None:
    body = {"name": "Reports", "scopes": ["orders:read"]} | fields

    response = await client.post("/api-keys/", headers=admin.headers, json=body)

    assert response.status_code == 422
