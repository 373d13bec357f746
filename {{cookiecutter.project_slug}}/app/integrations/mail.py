"""The mail server."""

import sys
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib
import structlog

from app.config import settings

log = structlog.get_logger()

TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class Mail:
    """A mail that is ready to go; readers that show no HTML show the text."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str | None = None
    """Its part before the @; a mail that is sent again under the same id is known as the same."""


class MailClient:
    """Send mail by SMTP; without a server, a developer reads it on the terminal."""

    async def send(self, mail: Mail) -> None:
        """Send one mail, with one try of at most `TIMEOUT_SECONDS` a step.

        Raises:
            SMTPException: the server refused it, or did not answer.
        """
        if settings.smtp_host is None:
            log.warning("mail not sent, SMTP_HOST is not set", subject=mail.subject)
            if settings.environment == "development":
                # Past the log, which hides the tokens in links.
                sys.stdout.write(f"To: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}\n")
            return
        message = EmailMessage()
        message["From"], message["To"] = settings.mail_from, mail.to
        message["Subject"] = mail.subject
        if mail.message_id:
            message["Message-ID"] = f"<{mail.message_id}@{settings.mail_from.partition('@')[2]}>"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        password = settings.smtp_password
        await aiosmtplib.send(
            message,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=password.get_secret_value() if password else None,
            start_tls=settings.smtp_start_tls,
            timeout=TIMEOUT_SECONDS,
        )


mail_client = MailClient()
