"""The setting WEBHOOK_SECRETS: who may send webhooks, in which scheme, signed with what."""

import base64
import binascii
import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_settings import NoDecode

from app.safe_start import KEY, check_secret

PREFIX = "whsec_"
# Of Standard Webhooks 1.0.0, section "Signature scheme".
SECRET_BYTES = range(24, 65)
STRIPE_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]+")
FORM = '{"payments": {"scheme": "standard", "secrets": ["whsec_..."]}}'


class WebhookScheme(StrEnum):
    """How messages are signed, and what their bodies look like."""

    STANDARD = "standard"
    STRIPE = "stripe"


def read_secret(text: str) -> bytes:
    """Return the bytes that sign.

    Raises:
        ValueError: this is no secret of Standard Webhooks.
    """
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not text.startswith(PREFIX) or len(secret) not in SECRET_BYTES:
        raise ValueError("a secret must be whsec_ and then 24 to 64 bytes in base64")
    return secret


def read_stripe_secret(text: str) -> bytes:
    """Return the bytes that sign for Stripe: the text itself.

    Raises:
        ValueError: this is no secret of Stripe.
    """
    if not STRIPE_SECRET.fullmatch(text):
        raise ValueError("a secret must be whsec_ and then letters and digits")
    return text.encode()


READERS = {WebhookScheme.STANDARD: read_secret, WebhookScheme.STRIPE: read_stripe_secret}


class WebhookSource(BaseModel):
    """A sender. Any of the secrets verifies, so that a new one may come before the old one goes."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    scheme: WebhookScheme = WebhookScheme.STANDARD
    secrets: Annotated[tuple[SecretStr, ...], Field(min_length=1, max_length=5)]

    @model_validator(mode="after")
    def can_be_read(self) -> Self:
        """Refuse what is no secret, or could be guessed."""
        self.keys()
        for secret in self.secrets:
            check_secret(secret, KEY, "a secret ")
        return self

    def keys(self) -> list[bytes]:
        """Return what signs."""
        return [READERS[self.scheme](secret.get_secret_value()) for secret in self.secrets]


SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=50)]
SOURCES = TypeAdapter(dict[SourceName, WebhookSource])


def read_sources(value: object) -> object:
    """Read the one text that the environment holds; no word of it goes into an error."""
    if not isinstance(value, str):
        return value
    try:
        sources = SOURCES.validate_json(value)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        reasons = sorted({fault["msg"].removeprefix("Value error, ") for fault in faults})
        raise ValueError(f"must look like {FORM}: {'; '.join(reasons)}") from None
    secrets = [secret for source in sources.values() for secret in source.secrets]
    # With a secret in common, the message of one sender would pass as one of the other.
    if len({secret.get_secret_value() for secret in secrets}) < len(secrets):
        raise ValueError("must hold each secret once")
    return sources


WebhookSources = Annotated[dict[str, WebhookSource], NoDecode, BeforeValidator(read_sources)]
