"""Mails that go out in the background."""

import pytest

from app.integrations.mail import Mail
from app.tasks.emails import send_mails
from tests.smtp import Mailbox, mail_server

MAILS = [Mail(f"{name}@example.com", "Welcome", "Text\n", "<p>Text</p>") for name in "ab"]


async def test_all_mails_are_sent_in_their_order() -> None:
    mailbox = Mailbox()

    async with mail_server(mailbox):
        await send_mails(MAILS)

    assert [mail["To"] for mail in mailbox.mails] == ["a@example.com", "b@example.com"]


async def test_a_server_that_refuses_is_logged_and_not_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with mail_server(Mailbox(refusal="451 Try again later")):
        await send_mails(MAILS)

    assert caplog.text.count("mail not sent") == len(MAILS)
