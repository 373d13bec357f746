"""Mails that go out in the background."""

import pytest

from app.config import settings
from app.tasks.emails import send_welcome_email
from tests.smtp import Mailbox, mail_server


async def send_to(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mail_server(mailbox) as port:
        monkeypatch.setattr(settings, "smtp_host", "127.0.0.1")
        monkeypatch.setattr(settings, "smtp_port", port)
        monkeypatch.setattr(settings, "smtp_start_tls", False)
        await send_welcome_email("ann@example.com")


async def test_a_new_user_is_greeted_in_the_name_of_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mailbox = Mailbox()

    await send_to(mailbox, monkeypatch)

    (mail,) = mailbox.mails
    assert mail["To"] == "ann@example.com"
    assert settings.project_name in mail["Subject"]
    assert settings.project_name in mail.get_content()


async def test_a_server_that_refuses_is_logged_and_not_raised(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await send_to(Mailbox(refusal="451 Try again later"), monkeypatch)

    assert "welcome mail not sent" in caplog.text
