"""Signatures of webhooks: those of Standard Webhooks 1.0.0, and Stripe's.

Nothing here trusts a header: what is odd in any way is refused, and never raises anything else.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping

from app.webhook_keys import PREFIX, read_secret

__all__ = [
    "TOLERANCE_SECONDS",
    "SignatureRefusedError",
    "new_secret",
    "read_secret",
    "sign",
    "sign_for_stripe",
    "verify",
    "verify_stripe",
]

NEW_SECRET_BYTES = 32
TOLERANCE_SECONDS = 300
MAX_SIGNATURES = 10
# Without the dot that stands between what is signed: two messages could share a signature.
MESSAGE_ID = re.compile(r"[\x21-\x2D\x2F-\x7E]{1,255}")
# One spelling for each moment, as it is signed, and none that takes long to read.
TIMESTAMP = re.compile(r"[1-9][0-9]{0,10}")


class SignatureRefusedError(ValueError):
    """A message is not signed as it should be, or was not sent of late."""


def new_secret() -> str:
    """Make a secret for one sender and one receiver."""
    return PREFIX + base64.b64encode(secrets.token_bytes(NEW_SECRET_BYTES)).decode()


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a message as Standard Webhooks has it; `timestamp` is in Unix seconds."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()


def verify(keys: Iterable[bytes], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Check a message of Standard Webhooks, and return its id; the names in `headers` are small.

    Signatures of other versions are passed over. Any of the keys will do.

    Raises:
        SignatureRefusedError: no key has signed this within the last `TOLERANCE_SECONDS`.
    """
    message_id = headers.get("webhook-id", "")
    if not MESSAGE_ID.fullmatch(message_id):
        raise SignatureRefusedError
    timestamp = read_timestamp(headers.get("webhook-timestamp", ""), now)
    signatures = headers.get("webhook-signature", "").split(" ")
    check([sign(key, message_id, timestamp, body) for key in keys], signatures)
    return message_id


def sign_for_stripe(key: bytes, timestamp: int, body: bytes) -> str:
    """Sign a message as Stripe does."""
    return hmac.new(key, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def verify_stripe(
    keys: Iterable[bytes], headers: Mapping[str, str], body: bytes, now: float
) -> None:
    """Check a message of Stripe, whose id is in its body; raises as `verify`."""
    pairs = [pair.partition("=") for pair in headers.get("stripe-signature", "").split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1:
        raise SignatureRefusedError
    timestamp = read_timestamp(times[0], now)
    signatures = [value for name, _, value in pairs if name == "v1"]
    check([sign_for_stripe(key, timestamp, body) for key in keys], signatures)


def read_timestamp(text: str, now: float) -> int:
    """Return when a message was sent, in Unix seconds, unless that was long ago or is to come."""
    if not TIMESTAMP.fullmatch(text) or abs(now - int(text)) > TOLERANCE_SECONDS:
        raise SignatureRefusedError
    return int(text)


def check(expected: Iterable[str], given: list[str]) -> None:
    """Refuse a message if none of its signatures is one of ours.

    Whole texts are compared, since base64 writes the same bytes in more than one way.
    """
    if len(given) > MAX_SIGNATURES:
        raise SignatureRefusedError
    # No letter of ours is a question mark, which stands for what cannot be encoded.
    candidates = [text.encode("ascii", "replace") for text in given]
    if not any(
        hmac.compare_digest(signature.encode(), candidate)
        for signature in expected
        for candidate in candidates
    ):
        raise SignatureRefusedError
