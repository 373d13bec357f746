"""Mails that go out in the background."""

import aiosmtplib
import structlog

from app.config import settings
from app.integrations.mail import mail_client

log = structlog.get_logger()


async def send_welcome_email(email: str) -> None:
    """Greet a new user. A mail that cannot be sent is logged: the account exists all the same."""
    name = settings.project_name
    try:
        await mail_client.send(email, f"Welcome to {name}", f"Your account at {name} is ready.\n")
    except aiosmtplib.SMTPException:
        log.exception("welcome mail not sent")
