"""What people do with their own account."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from app.core.enums import Role
from app.integrations.mail import Mail
from tests.factories import (
    PASSWORD,
    Caller,
    change_user,
    log_in,
    make_caller,
    make_order,
    make_user,
    open_session,
    read_user,
)
from tests.integration.calls import token_in

NEW_PASSWORD = "battery staple horse"
BODIES: dict[str, dict[str, str]] = {
    "password": {"new_password": NEW_PASSWORD},
    "email": {"email": "new@example.com"},
    "deactivate": {},
    "delete": {},
}


async def change(
    client: AsyncClient, caller: Caller, what: str, current: str = PASSWORD, **fields: Any
) -> Response:
    """Make one of the calls that take the current password."""
    body = {"current_password": current} | BODIES[what] | fields
    return await client.post(f"/users/me/{what}", headers=caller.headers, json=body)


async def status_of_me(client: AsyncClient, caller: Caller) -> int:
    return (await client.get("/users/me", headers=caller.headers)).status_code


@pytest.mark.parametrize("what", BODIES)
async def test_with_a_wrong_password_nothing_changes(
    client: AsyncClient, customer: Caller, outbox: list[Mail], what: str
) -> None:
    response = await change(client, customer, what, current="a wrong password")

    assert response.status_code == 403
    assert response.json()["code"] == "wrong_password"
    assert await status_of_me(client, customer) == 200
    assert await log_in(customer.user)
    assert outbox == []


async def test_new_password_ends_every_session_and_is_told_by_mail(
    client: AsyncClient, customer: Caller, outbox: list[Mail]
) -> None:
    elsewhere = Caller(customer.user, await open_session(customer.user))

    response = await change(client, customer, "password")

    assert response.status_code == 204
    assert await status_of_me(client, customer) == 401
    assert await status_of_me(client, elsewhere) == 401
    refresh = {"refresh_token": elsewhere.tokens.refresh_token}
    assert (await client.post("/auth/refresh", json=refresh)).status_code == 401
    form = {"username": customer.user.email, "password": NEW_PASSWORD}
    assert (await client.post("/auth/token", data=form)).status_code == 200
    assert [mail.to for mail in outbox] == [customer.user.email]


@pytest.mark.parametrize("password", ["qwertyqwerty", "short"])
async def test_a_bad_new_password_is_422_and_changes_nothing(
    client: AsyncClient, customer: Caller, password: str
) -> None:
    response = await change(client, customer, "password", new_password=password)

    assert response.status_code == 422
    assert await status_of_me(client, customer) == 200


async def test_new_password_makes_links_to_a_reset_void(
    client: AsyncClient, customer: Caller, outbox: list[Mail]
) -> None:
    await client.post("/auth/password-reset/request", json={"email": customer.user.email})
    await change(client, customer, "password")

    body = {"token": token_in(outbox[0]), "password": "yet another password"}
    assert (await client.post("/auth/password-reset", json=body)).status_code == 400


async def test_new_address_counts_when_its_mail_was_read(
    client: AsyncClient, customer: Caller, outbox: list[Mail]
) -> None:
    asked = await change(client, customer, "email", email="New@Example.com")
    before = await read_user(customer.user)

    confirmed = await client.post("/auth/verify-email", json={"token": token_in(outbox[0])})

    assert (asked.status_code, confirmed.status_code) == (202, 204)
    assert before.email == customer.user.email
    assert (await read_user(customer.user)).email == "new@example.com"
    assert [mail.to for mail in outbox] == ["new@example.com", customer.user.email]


async def test_change_to_a_taken_address_is_answered_alike_and_never_happens(
    client: AsyncClient, customer: Caller, outbox: list[Mail]
) -> None:
    other = await make_user()
    free = await change(client, customer, "email")

    taken = await change(client, customer, "email", email=other.email)
    confirmed = await client.post("/auth/verify-email", json={"token": token_in(outbox[1])})

    assert (taken.status_code, taken.content) == (free.status_code, free.content)
    assert confirmed.status_code == 400
    assert (await read_user(customer.user)).email == customer.user.email


async def test_new_address_makes_links_in_the_old_mailbox_void(
    client: AsyncClient, customer: Caller, outbox: list[Mail]
) -> None:
    await client.post("/auth/password-reset/request", json={"email": customer.user.email})
    await change(client, customer, "email")
    reset, confirm = map(token_in, outbox)
    await client.post("/auth/verify-email", json={"token": confirm})

    body = {"token": reset, "password": NEW_PASSWORD}
    assert (await client.post("/auth/password-reset", json=body)).status_code == 400


async def test_deactivated_account_is_closed_at_once_and_its_sessions_for_good(
    client: AsyncClient, customer: Caller
) -> None:
    response = await change(client, customer, "deactivate")

    assert response.status_code == 204
    assert await status_of_me(client, customer) == 401
    form = {"username": customer.user.email, "password": PASSWORD}
    assert (await client.post("/auth/token", data=form)).status_code == 401
    await change_user(customer.user, is_active=True)
    assert await status_of_me(client, customer) == 401
    assert (await client.post("/auth/token", data=form)).status_code == 200


async def test_deleted_account_is_gone_at_once(client: AsyncClient, customer: Caller) -> None:
    response = await change(client, customer, "delete")

    assert response.status_code == 204
    assert await status_of_me(client, customer) == 401
    assert await make_user(email=customer.user.email)


async def test_account_with_orders_is_not_deleted(client: AsyncClient, customer: Caller) -> None:
    await make_order(customer.user)

    response = await change(client, customer, "delete")

    assert response.status_code == 409
    assert response.json()["code"] == "user_has_orders"
    assert await status_of_me(client, customer) == 200


@pytest.mark.parametrize("what", ["deactivate", "delete"])
async def test_last_admin_cannot_leave(client: AsyncClient, what: str) -> None:
    admin, inactive = await make_caller(Role.ADMIN), await make_user(Role.ADMIN)
    await change_user(inactive, is_active=False)

    response = await change(client, admin, what)

    assert response.status_code == 409
    assert response.json()["code"] == "last_admin"
    assert await status_of_me(client, admin) == 200


@pytest.mark.parametrize("what", ["deactivate", "delete"])
async def test_admin_may_leave_when_there_is_another(client: AsyncClient, what: str) -> None:
    admin, _ = await make_caller(Role.ADMIN), await make_user(Role.ADMIN)

    response = await change(client, admin, what)

    assert response.status_code == 204
