"""The mail server."""

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


class MailClient:
    """Send mail by SMTP, or show it in the log where no server is configured."""

    async def send(self, mail: Mail) -> None:
        """Send one mail, with one try of at most `TIMEOUT_SECONDS` a step.

        Raises:
            SMTPException: the server refused it, or did not answer.
        """
        if settings.smtp_host is None:
            # In production a mail may hold what only its reader should see.
            shown = (
                {} if settings.environment == "production" else {"to": mail.to, "text": mail.text}
            )
            log.warning("mail not sent, SMTP_HOST is not set", subject=mail.subject, **shown)
            return
        message = EmailMessage()
        message["From"], message["To"] = settings.mail_from, mail.to
        message["Subject"] = mail.subject
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
