"""Mails that go out in the background."""

from collections.abc import Sequence

import aiosmtplib
import structlog

from app.integrations.mail import Mail, mail_client

log = structlog.get_logger()


async def send_mails(mails: Sequence[Mail]) -> None:
    """Send mails. One that cannot be sent is logged: what it tells of has happened all the same."""
    for mail in mails:
        try:
            await mail_client.send(mail)
        except aiosmtplib.SMTPException:
            log.exception("mail not sent", subject=mail.subject)
