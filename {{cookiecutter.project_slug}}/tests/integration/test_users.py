"""Accounts, as their owners and as admins see them."""

import pytest
from httpx2 import AsyncClient

from app.core.enums import Role
from app.core.ids import new_id
from tests.factories import PASSWORD, Caller, make_order, make_user
from tests.integration.calls import ACCOUNT_FIELDS


async def test_users_see_their_own_account(client: AsyncClient, customer: Caller) -> None:
    me = await client.get("/users/me", headers=customer.headers)
    by_id = await client.get(f"/users/{customer.user.id}", headers=customer.headers)

    assert me.status_code == by_id.status_code == 200
    assert me.json() == by_id.json()
    assert set(me.json()) == ACCOUNT_FIELDS


async def test_account_of_somebody_else_looks_like_one_that_does_not_exist(
    client: AsyncClient, manager: Caller
) -> None:
    other = await make_user()
    headers = manager.headers | {"X-Request-ID": "same-every-time"}

    theirs = await client.get(f"/users/{other.id}", headers=headers)
    missing = await client.get(f"/users/{new_id()}", headers=headers)

    assert theirs.status_code == 404
    assert theirs.content == missing.content


async def test_users_change_their_own_name_and_nothing_else(
    client: AsyncClient, customer: Caller
) -> None:
    renamed = await client.patch(
        "/users/me", headers=customer.headers, json={"full_name": "Ann Lee"}
    )
    promoted = await client.patch("/users/me", headers=customer.headers, json={"role": "admin"})

    assert renamed.status_code == 200
    assert promoted.status_code == 422
    me = (await client.get("/users/me", headers=customer.headers)).json()
    assert me["full_name"] == "Ann Lee"
    assert me["role"] == "customer"
    assert me["updated_at"] > me["created_at"]


async def test_admin_opens_an_account_in_any_role(client: AsyncClient, admin: Caller) -> None:
    body = {"email": "ann@example.com", "password": PASSWORD, "role": "manager"}

    response = await client.post("/users/", headers=admin.headers, json=body)
    again = await client.post("/users/", headers=admin.headers, json=body)

    assert response.status_code == 201
    assert response.json()["role"] == "manager"
    assert again.status_code == 409
    form = {"username": body["email"], "password": PASSWORD}
    assert (await client.post("/auth/token", data=form)).status_code == 200


async def test_admin_lists_all_accounts(client: AsyncClient, admin: Caller) -> None:
    user = await make_user(Role.MANAGER, full_name="Ann Lee")

    response = await client.get("/users/", headers=admin.headers)

    accounts = {account["id"]: account for account in response.json()["items"]}
    assert set(accounts) == {str(admin.user.id), str(user.id)}
    assert set(accounts[str(user.id)]) == ACCOUNT_FIELDS


async def test_admin_changes_only_the_fields_that_were_sent(
    client: AsyncClient, admin: Caller
) -> None:
    user = await make_user(full_name="Ann Lee")

    response = await client.patch(
        f"/users/{user.id}", headers=admin.headers, json={"is_active": False}
    )

    account = response.json()
    assert response.status_code == 200
    assert account["is_active"] is False
    assert account["full_name"] == "Ann Lee"
    assert account["role"] == "customer"


@pytest.mark.parametrize("path", ["/users/me", "/users/{id}"])
async def test_patch_of_an_account_without_fields_changes_nothing(
    client: AsyncClient, admin: Caller, path: str
) -> None:
    url = path.format(id=admin.user.id)
    before = (await client.get(url, headers=admin.headers)).json()

    response = await client.patch(url, headers=admin.headers, json={})

    assert response.status_code == 200
    assert response.json() == before


@pytest.mark.parametrize(
    "changes", [{"full_name": None}, {"role": None}, {"is_active": None}, {"email": "b@b.example"}]
)
async def test_patch_of_an_account_with_null_or_an_unknown_field_is_422(
    client: AsyncClient, admin: Caller, changes: dict[str, str | None]
) -> None:
    user = await make_user()

    response = await client.patch(f"/users/{user.id}", headers=admin.headers, json=changes)

    assert response.status_code == 422


async def test_deleted_account_is_gone(client: AsyncClient, admin: Caller) -> None:
    user = await make_user()

    response = await client.delete(f"/users/{user.id}", headers=admin.headers)

    assert response.status_code == 204
    assert (await client.get(f"/users/{user.id}", headers=admin.headers)).status_code == 404
    assert (await client.delete(f"/users/{user.id}", headers=admin.headers)).status_code == 404


async def test_account_with_orders_stays(client: AsyncClient, admin: Caller) -> None:
    user = await make_user()
    await make_order(user)

    response = await client.delete(f"/users/{user.id}", headers=admin.headers)

    assert response.status_code == 409
    assert response.json()["code"] == "user_has_orders"
    assert (await client.get(f"/users/{user.id}", headers=admin.headers)).status_code == 200
