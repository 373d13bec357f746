"""The mail that greets a new user: after the commit, or never."""

from collections.abc import AsyncIterator

import aiosmtplib
import pytest
from httpx2 import AsyncClient

from app.core.database import DbSession, get_db
from app.integrations.mail import mail_client
from app.main import app
from app.services.user_service import user_service
from tests.factories import PASSWORD, unit_of_work

ACCOUNT = {"email": "ann@example.com", "password": PASSWORD}


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for the mail server; holds the addresses that mails went to."""
    sent: list[str] = []

    async def send(to: str, subject: str, text: str) -> None:
        sent.append(to)

    monkeypatch.setattr(mail_client, "send", send)
    return sent


async def test_registration_sends_one_welcome_mail(client: AsyncClient, outbox: list[str]) -> None:
    await client.post("/users/register", json=ACCOUNT)

    assert outbox == ["ann@example.com"]


async def test_refused_registrations_send_no_mail(client: AsyncClient, outbox: list[str]) -> None:
    await client.post("/users/register", json=ACCOUNT)

    taken = await client.post("/users/register", json=ACCOUNT)
    invalid = await client.post("/users/register", json=ACCOUNT | {"password": "short"})

    assert [taken.status_code, invalid.status_code] == [409, 422]
    assert len(outbox) == 1


async def test_registration_that_cannot_be_committed_sends_no_mail(
    client: AsyncClient, outbox: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail_to_commit() -> AsyncIterator[DbSession]:
        async with unit_of_work() as db:
            yield db
            raise RuntimeError

    monkeypatch.setitem(app.dependency_overrides, get_db, fail_to_commit)

    response = await client.post("/users/register", json=ACCOUNT)

    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert outbox == []


async def test_mail_goes_out_when_the_account_can_be_seen_by_all(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    async def send(to: str, subject: str, text: str) -> None:
        async with unit_of_work() as db:
            seen.append(await user_service.authenticate(db, to, PASSWORD))

    monkeypatch.setattr(mail_client, "send", send)

    response = await committing_client.post("/users/register", json=ACCOUNT)

    assert [str(user.id) for user in seen if user] == [response.json()["id"]]


async def test_registration_succeeds_when_the_mail_server_does_not(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def send(to: str, subject: str, text: str) -> None:
        raise aiosmtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(mail_client, "send", send)

    response = await client.post("/users/register", json=ACCOUNT)

    assert response.status_code == 201
    assert "welcome mail not sent" in caplog.text
