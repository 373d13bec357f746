"""One's own account in the API: registration, recovery, changes that take the password."""

from uuid import UUID

from pydantic import AwareDatetime

from app.schemas.base import Input, Output
from app.schemas.fields import Email, OpaqueToken, Password, TypedPassword


class EmailRequest(Input):
    """An address, to which a mail is wanted."""

    email: Email


class EmailConfirm(Input):
    """The token of a mail that asked for confirmation."""

    token: OpaqueToken


class PasswordReset(Input):
    """The token of a mail, and the password to set."""

    token: OpaqueToken
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
