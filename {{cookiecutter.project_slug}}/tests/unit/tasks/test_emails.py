"""Mails that go out in the background."""

import pytest

from app.config import settings
from app.tasks.emails import send_welcome_email
from tests.smtp import Mailbox, mail_server


async def test_a_new_user_is_greeted_in_the_name_of_the_service() -> None:
    mailbox = Mailbox()

    async with mail_server(mailbox):
        await send_welcome_email("ann@example.com")

    (mail,) = mailbox.mails
    assert mail["To"] == "ann@example.com"
    assert settings.project_name in mail["Subject"]
    assert settings.project_name in mail.get_content()


async def test_a_server_that_refuses_is_logged_and_not_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with mail_server(Mailbox(refusal="451 Try again later")):
        await send_welcome_email("ann@example.com")

    assert "welcome mail not sent" in caplog.text
