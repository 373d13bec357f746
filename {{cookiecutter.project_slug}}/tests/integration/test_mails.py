"""Mails leave after the commit, or never, and hold up nobody."""

from collections.abc import AsyncIterator

import aiosmtplib
import pytest
from httpx2 import AsyncClient

from app.core.database import DbSession, get_db
from app.integrations.mail import Mail, mail_client
from app.main import app
from app.services.user_service import user_service
from tests.factories import PASSWORD, unit_of_work

ACCOUNT = {"email": "ann@example.com", "password": PASSWORD}


async def test_registration_sends_one_welcome_mail(client: AsyncClient, outbox: list[Mail]) -> None:
    await client.post("/users/register", json=ACCOUNT)

    assert [mail.to for mail in outbox] == ["ann@example.com"]
    assert outbox[0].subject.startswith("Welcome")


async def test_registration_that_cannot_be_committed_sends_no_mail(
    client: AsyncClient, outbox: list[Mail], monkeypatch: pytest.MonkeyPatch
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

    async def send(mail: Mail) -> None:
        async with unit_of_work() as db:
            seen.append(await user_service.authenticate(db, mail.to, PASSWORD))

    monkeypatch.setattr(mail_client, "send", send)

    await committing_client.post("/users/register", json=ACCOUNT)

    assert [user.email for user in seen if user] == ["ann@example.com"]


async def test_registration_succeeds_when_the_mail_server_does_not(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def send(mail: Mail) -> None:
        raise aiosmtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(mail_client, "send", send)

    response = await client.post("/users/register", json=ACCOUNT)

    assert response.status_code == 202
    assert "mail not sent" in caplog.text
