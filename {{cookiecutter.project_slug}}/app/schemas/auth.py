"""Tokens in the API."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import Input, Output
from app.schemas.fields import NO_CONTROL, LoginName, OpaqueToken, TypedPassword

Unused = Annotated[str, Field(max_length=1_000, pattern=NO_CONTROL)]


class LoginForm(Input):
    """The form of OAuth2's password grant (RFC 6749, section 4.3.2); the user name is the e-mail.

    Clients may send scope and client credentials too; this service has no use for them.
    """

    grant_type: Annotated[str, Field(pattern=r"^password$")] = "password"
    username: LoginName
    password: TypedPassword
    scope: Unused = ""
    client_id: Unused = ""
    client_secret: Unused = ""


class RefreshRequest(Input):
    """A refresh token, to be exchanged for a new pair."""

    refresh_token: OpaqueToken


class TokenRead(Output):
    """A pair of tokens; `expires_in` is the life of the access token in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
