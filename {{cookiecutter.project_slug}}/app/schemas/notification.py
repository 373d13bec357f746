"""Schemas of mails to all users."""

from app.schemas.base import Input
from app.schemas.fields import MailSubject, MailText


class Notification(Input):
    """What everybody is to read."""

    subject: MailSubject
    text: MailText
