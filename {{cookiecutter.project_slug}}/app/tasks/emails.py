"""Mails that go out in the background."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

import aiosmtplib
import structlog

from app.core.database import in_transaction
from app.integrations.mail import Mail, mail_client
from app.integrations.mail_templates import render_mail
from app.services.notification_service import notification_service
from app.tasks.run import NotDoneYetError, Run

log = structlog.get_logger()

PERMANENT = 500
MAILS_A_RUN = 500


async def send_mails(mails: Sequence[Mail]) -> None:
    """Send mails. One that cannot be sent is logged: what it tells of has happened all the same."""
    for mail in mails:
        try:
            await mail_client.send(mail)
        except aiosmtplib.SMTPException:
            log.exception("mail not sent", subject=mail.subject)


async def send_bulk_emails(run: Run, subject: str, text: str) -> None:
    """Send a mail to every user, one after the other, and remember after each who has it.

    A worker that dies between a mail and its note sends that one again, under the same Message-ID.
    After `MAILS_A_RUN` the job makes room for others, and goes on in another run.
    """
    state = run.job.checkpoint
    if state is None:
        state = await in_transaction(notification_service.begin)
    recipients = await in_transaction(
        partial(notification_service.recipients, after=UUID(state["after"]), limit=MAILS_A_RUN)
    )
    for user in recipients:
        outcome = await deliver(announcement(run, user.id, user.email, subject, text))
        state |= {"after": str(user.id), outcome: state[outcome] + 1}
        await run.checkpoint(notification_service.progress(state), **state)
    if len(recipients) == MAILS_A_RUN:
        raise NotDoneYetError
    await run.finish({"sent": state["sent"], "refused": state["refused"]})


def announcement(run: Run, user_id: UUID, email: str, subject: str, text: str) -> Mail:
    """Render the mail for one user; the same job names it the same each time."""
    mail = render_mail("announcement", email, subject=subject, body=text)
    return replace(mail, message_id=f"{run.job.id}.{user_id}")


async def deliver(mail: Mail) -> str:
    """Send one mail; one whose address is refused for good is left out."""
    try:
        await mail_client.send(mail)
    except aiosmtplib.SMTPRecipientsRefused as error:
        if any(refused.code < PERMANENT for refused in error.recipients):
            raise
        return "refused"
    return "sent"
