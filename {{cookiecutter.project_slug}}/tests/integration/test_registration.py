"""Opening an account of one's own, and confirming its address."""

from datetime import timedelta

import pytest
from httpx2 import AsyncClient, Response

from app.config import settings
from app.integrations.mail import Mail
from tests.factories import PASSWORD, change_user, make_user, read_user
from tests.integration.calls import token_in

ACCOUNT = {"email": "ann@example.com", "password": PASSWORD}
LOGIN = {"username": "ann@example.com", "password": PASSWORD}


async def register(client: AsyncClient, **fields: object) -> Response:
    """Register under a fixed request id, so that answers can be compared."""
    headers = {"X-Request-ID": "same-every-time"}
    return await client.post("/users/register", json=ACCOUNT | fields, headers=headers)


async def confirm(client: AsyncClient, token: str) -> Response:
    return await client.post("/auth/verify-email", json={"token": token})


async def ask_again(client: AsyncClient, email: str) -> Response:
    headers = {"X-Request-ID": "same-every-time"}
    return await client.post("/auth/verify-email/request", json={"email": email}, headers=headers)


async def test_registration_opens_an_account_that_can_log_in(client: AsyncClient) -> None:
    response = await register(client, email="Ann@Example.com", full_name="  Ann Lee ")

    assert response.status_code == 202
    login = await client.post("/auth/token", data=LOGIN)
    headers = {"Authorization": f"Bearer {login.json()['access_token']}"}
    account = (await client.get("/users/me", headers=headers)).json()
    assert account["email"] == "ann@example.com"
    assert account["full_name"] == "Ann Lee"
    assert account["role"] == "customer"
    assert account["is_active"] is True
    assert account["email_verified"] is False


@pytest.mark.parametrize("email", ["ann@example.com", "ANN@EXAMPLE.COM"])
async def test_second_registration_is_answered_like_the_first_and_changes_nothing(
    client: AsyncClient, outbox: list[Mail], email: str
) -> None:
    first = await register(client)

    second = await register(client, email=email, password="another good password")

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers == second.headers
    assert [mail.to for mail in outbox] == ["ann@example.com"] * 2
    assert outbox[0].subject != outbox[1].subject
    assert (await client.post("/auth/token", data=LOGIN)).status_code == 200


async def test_registration_of_an_inactive_account_is_answered_alike_and_sends_nothing(
    client: AsyncClient, outbox: list[Mail]
) -> None:
    user = await make_user()
    await change_user(user, is_active=False)

    response = await register(client, email=user.email)

    assert response.content == (await register(client)).content
    assert [mail.to for mail in outbox] == ["ann@example.com"]


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "admin"},
        {"is_active": "true"},
        {"email_verified": True},
        {"password": "too short"},
        {"password": "x" * 129},
        {"password": "qwertyqwerty"},
        {"password": ACCOUNT["email"]},
        {"email": "no address"},
        {"full_name": "two\nlines"},
    ],
    ids=str,
)
async def test_registration_with_a_field_that_does_not_fit_is_422(
    client: AsyncClient, outbox: list[Mail], fields: dict[str, object]
) -> None:
    response = await register(client, **fields)

    assert response.status_code == 422
    assert outbox == []


async def test_where_addresses_have_to_be_confirmed_login_waits_for_that(
    client: AsyncClient, outbox: list[Mail], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "verified_email_required", True)
    await register(client)
    before = await client.post("/auth/token", data=LOGIN)

    confirmed = await confirm(client, token_in(outbox[0]))

    assert before.status_code == 401
    assert before.json()["code"] == "invalid_credentials"
    assert confirmed.status_code == 204
    assert (await client.post("/auth/token", data=LOGIN)).status_code == 200


async def test_confirmation_works_once(client: AsyncClient, outbox: list[Mail]) -> None:
    await register(client)
    token = token_in(outbox[0])
    await confirm(client, token)

    again = await confirm(client, token)

    assert again.status_code == 400
    assert again.json()["code"] == "invalid_mail_token"


async def test_only_the_newest_confirmation_works(client: AsyncClient, outbox: list[Mail]) -> None:
    await register(client)
    await ask_again(client, "ann@example.com")
    older, newer = map(token_in, outbox)

    assert (await confirm(client, older)).status_code == 400
    assert (await confirm(client, newer)).status_code == 204


async def test_confirmation_ends_with_its_time(
    client: AsyncClient, outbox: list[Mail], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "mail_token_minutes", 0)
    await register(client)

    response = await confirm(client, token_in(outbox[0]))

    assert response.status_code == 400


def test_links_in_mails_live_for_at_most_half_an_hour() -> None:
    assert timedelta(minutes=settings.mail_token_minutes) <= timedelta(minutes=30)


async def test_asking_for_another_link_tells_nothing_of_the_account(
    client: AsyncClient, outbox: list[Mail]
) -> None:
    confirmed, inactive = await make_user(), await make_user()
    await change_user(inactive, is_active=False)
    await register(client)
    outbox.clear()

    addresses = [confirmed.email, inactive.email, "nobody@example.com", "ann@example.com"]
    answers = [await ask_again(client, email) for email in addresses]

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert [mail.to for mail in outbox] == ["ann@example.com"]


async def test_confirmation_of_an_account_that_was_deactivated_is_400(
    client: AsyncClient, outbox: list[Mail]
) -> None:
    user = await make_user()
    await change_user(user, email_verified=False)
    await ask_again(client, user.email)
    await change_user(user, is_active=False)

    response = await confirm(client, token_in(outbox[0]))

    assert response.status_code == 400
    assert not (await read_user(user)).email_verified
