"""A new password for those who have lost theirs."""

import pytest
from httpx2 import AsyncClient, Response

from app.config import settings
from app.integrations.mail import Mail
from tests.factories import PASSWORD, Caller, change_user, log_in, make_user, read_user
from tests.integration.calls import token_in

NEW_PASSWORD = "battery staple horse"


async def ask(client: AsyncClient, email: str) -> Response:
    """Ask for a link under a fixed request id, so that answers can be compared."""
    headers = {"X-Request-ID": "same-every-time"}
    return await client.post("/auth/password-reset/request", json={"email": email}, headers=headers)


async def reset(client: AsyncClient, token: str, password: str = NEW_PASSWORD) -> Response:
    return await client.post("/auth/password-reset", json={"token": token, "password": password})


async def status_of_login(client: AsyncClient, email: str, password: str) -> int:
    form = {"username": email, "password": password}
    return (await client.post("/auth/token", data=form)).status_code


async def test_reset_sets_the_password_ends_all_sessions_and_says_so_by_mail(
    client: AsyncClient, customer: Caller, outbox: list[Mail]
) -> None:
    email = customer.user.email
    await ask(client, email)

    response = await reset(client, token_in(outbox[0]))

    assert response.status_code == 204
    assert await status_of_login(client, email, PASSWORD) == 401
    assert await status_of_login(client, email, NEW_PASSWORD) == 200
    assert (await client.get("/users/me", headers=customer.headers)).status_code == 401
    assert [mail.to for mail in outbox] == [email, email]


async def test_asking_tells_nothing_of_the_account(client: AsyncClient, outbox: list[Mail]) -> None:
    known, inactive, unconfirmed = [await make_user() for _ in range(3)]
    await change_user(inactive, is_active=False)
    await change_user(unconfirmed, email_verified=False)

    addresses = [known.email, inactive.email, unconfirmed.email, "nobody@example.com"]
    answers = [await ask(client, email) for email in addresses]

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.headers.multi_items()) for answer in answers}) == 1
    assert [mail.to for mail in outbox] == [known.email, unconfirmed.email]


async def test_reset_works_once(client: AsyncClient, outbox: list[Mail]) -> None:
    await ask(client, (await make_user()).email)
    token = token_in(outbox[0])
    await reset(client, token)

    again = await reset(client, token, "yet another password")

    assert again.status_code == 400
    assert again.json()["code"] == "invalid_mail_token"


async def test_only_the_newest_reset_works(client: AsyncClient, outbox: list[Mail]) -> None:
    email = (await make_user()).email
    await ask(client, email)
    await ask(client, email)
    older, newer = map(token_in, outbox)

    assert (await reset(client, older)).status_code == 400
    assert (await reset(client, newer)).status_code == 204


async def test_reset_ends_with_its_time(
    client: AsyncClient, outbox: list[Mail], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "mail_token_minutes", 0)
    await ask(client, (await make_user()).email)

    assert (await reset(client, token_in(outbox[0]))).status_code == 400


async def test_token_of_a_confirmation_resets_nothing(
    client: AsyncClient, outbox: list[Mail]
) -> None:
    user = await make_user()
    await change_user(user, email_verified=False)
    await client.post("/auth/verify-email/request", json={"email": user.email})

    response = await reset(client, token_in(outbox[0]))

    assert response.status_code == 400


@pytest.mark.parametrize("password", ["qwertyqwerty", "short", "ann.lee@example.com"])
async def test_a_bad_password_is_422_and_leaves_the_link_usable(
    client: AsyncClient, outbox: list[Mail], password: str
) -> None:
    await make_user(email="ann.lee@example.com")
    await ask(client, "ann.lee@example.com")
    token = token_in(outbox[0])

    refused = await reset(client, token, password)

    assert refused.status_code == 422
    assert (await reset(client, token)).status_code == 204


async def test_reset_confirms_the_address(client: AsyncClient, outbox: list[Mail]) -> None:
    user = await make_user()
    await change_user(user, email_verified=False)
    await ask(client, user.email)

    await reset(client, token_in(outbox[0]))

    assert (await read_user(user)).email_verified


async def test_owner_of_an_address_that_somebody_else_registered_shuts_them_out(
    client: AsyncClient, outbox: list[Mail]
) -> None:
    squatter = {"email": "ann@example.com", "password": "the squatter's own"}
    await client.post("/users/register", json=squatter)
    await client.post("/users/register", json=squatter | {"password": PASSWORD})

    await reset(client, token_in(outbox[1]))

    assert await status_of_login(client, "ann@example.com", "the squatter's own") == 401
    assert await status_of_login(client, "ann@example.com", NEW_PASSWORD) == 200
    # The link that the squatter's registration sent is void as well.
    link = {"token": token_in(outbox[0])}
    assert (await client.post("/auth/verify-email", json=link)).status_code == 400


async def test_reset_of_an_account_that_was_deactivated_meanwhile_is_400(
    client: AsyncClient, outbox: list[Mail]
) -> None:
    user = await make_user()
    await ask(client, user.email)
    await change_user(user, is_active=False)

    assert (await reset(client, token_in(outbox[0]))).status_code == 400


async def test_a_login_elsewhere_survives_the_mere_asking(
    client: AsyncClient, outbox: list[Mail], customer: Caller
) -> None:
    await ask(client, customer.user.email)

    assert (await client.get("/users/me", headers=customer.headers)).status_code == 200
    assert await log_in(customer.user)
