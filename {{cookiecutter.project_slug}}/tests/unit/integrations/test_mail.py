"""The mail client, against a server that speaks real SMTP."""

import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import aiosmtplib
import pytest
from pydantic import SecretStr

from app.config import settings
from app.integrations.mail import Mail, mail_client
from tests.smtp import Mailbox, mail_server

TEXT = "Your account is ready. Ваш счёт готов. 🫖\n"
HTML = "<p>Your account is <b>ready</b>. Ваш счёт готов. 🫖</p>\n"
WELCOME = Mail("ann@example.com", "Welcome", TEXT, HTML)


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """The mailbox of the settings' mail server."""
    mailbox = Mailbox()
    async with mail_server(mailbox):
        yield mailbox


async def test_a_mail_arrives_whole_with_its_sender_reader_and_subject(mailbox: Mailbox) -> None:
    await mail_client.send(replace(WELCOME, subject="Welcome to Чайная"))

    (mail,) = mailbox.mails
    assert mail["From"] == settings.mail_from
    assert mail["To"] == "ann@example.com"
    assert mail["Subject"] == "Welcome to Чайная"
    text, html = mail.get_body(["plain"]), mail.get_body(["html"])
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == TEXT.splitlines()
    assert html.get_content().splitlines() == HTML.splitlines()
    assert mailbox.logins == []


async def test_an_address_in_another_alphabet_is_served(mailbox: Mailbox) -> None:
    await mail_client.send(replace(WELCOME, to="änn@example.com"))

    assert mailbox.mails[0]["To"] == "änn@example.com"


async def test_the_client_logs_in_when_the_settings_say_how(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "smtp_username", "shop")
    monkeypatch.setattr(settings, "smtp_password", SecretStr("of the shop"))

    await mail_client.send(WELCOME)

    assert mailbox.logins == [("shop", "of the shop")]
    assert len(mailbox.mails) == 1


async def test_nothing_leaves_in_clear_when_the_settings_ask_for_tls(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "smtp_start_tls", True)

    with pytest.raises(aiosmtplib.SMTPException):
        await mail_client.send(WELCOME)

    assert (mailbox.mails, mailbox.logins) == ([], [])


async def test_the_refusal_of_a_server_is_raised(mailbox: Mailbox) -> None:
    mailbox.refusal = "554 No thanks"

    with pytest.raises(aiosmtplib.SMTPResponseException, match="No thanks"):
        await mail_client.send(WELCOME)


async def test_a_server_that_is_not_there_is_an_smtp_exception_too(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free_port = listener.getsockname()[1]
    monkeypatch.setattr(settings, "smtp_port", free_port)

    with pytest.raises(aiosmtplib.SMTPException):
        await mail_client.send(WELCOME)


@pytest.mark.parametrize(("environment", "shown"), [("development", True), ("production", False)])
async def test_without_a_server_a_developer_reads_the_mail_and_no_log_holds_it(
    environment: str,
    shown: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(settings, "environment", environment)

    await mail_client.send(replace(WELCOME, text="https://www.example.com/#token=t0ken"))

    assert "SMTP_HOST is not set" in caplog.text
    assert "t0ken" not in caplog.text
    printed = capsys.readouterr().out
    assert ("To: ann@example.com" in printed) is shown
    assert ("#token=t0ken" in printed) is shown
