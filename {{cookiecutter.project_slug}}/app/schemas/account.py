"""One's own account in the API: registration, recovery, changes that take the password."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.schemas.base import Input, Output
from app.schemas.fields import NO_NUL, Email, Password

TypedPassword = Annotated[str, Field(min_length=1, max_length=1_000, pattern=NO_NUL)]
MailTokenText = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[\w-]+$")]


class EmailRequest(Input):
    """An address, to which a mail is wanted."""

    email: Email


class EmailConfirm(Input):
    """The token of a mail that asked for confirmation."""

    token: MailTokenText


class PasswordReset(Input):
    """The token of a mail, and the password to set."""

    token: MailTokenText
    password: Password


class PasswordChange(Input):
    """The password as it is, and as it is to be."""

    current_password: TypedPassword
    new_password: Password


class EmailChange(Input):
    """The current password, and the address to change to."""

    current_password: TypedPassword
    email: Email


class PasswordConfirm(Input):
    """The current password, for what cannot be taken back."""

    current_password: TypedPassword


class Accepted(Output):
    """The same answer whatever was known before."""

    detail: str = "If the address can be used for this, a mail is on its way to it."


class SessionRead(Output):
    """A login; agent and address are those that it came with."""

    id: UUID
    created_at: AwareDatetime
    last_used_at: AwareDatetime
    expires_at: AwareDatetime
    user_agent: str
    address: str
    is_current: bool
