"""Tools of a forger: tokens made by hand, since no library makes bad ones."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt

from app.config import settings
from app.core.keys import signing_keys

Claims = dict[str, Any]
Forge = Callable[[Claims], str]

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LEFT_OUT: Any = object()


def encode(raw: bytes) -> str:
    """Write bytes as a part of a token."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def sign_payload(
    payload: bytes, header: Claims | None = None, key: str | bytes = "", digest: str = "sha256"
) -> str:
    """Sign bytes as the service does with HS256, but for what is given."""
    headers = {"alg": "HS256", "typ": "JWT", "kid": signing_keys()[0].id} | (header or {})
    present = {name: value for name, value in headers.items() if value is not LEFT_OUT}
    signed = f"{encode(json.dumps(present).encode())}.{encode(payload)}"
    secret = key.encode() if isinstance(key, str) else key
    return f"{signed}.{encode(hmac.digest(secret, signed.encode(), digest))}"


def sign(
    claims: Claims,
    header: Claims | None = None,
    key: str | bytes | None = None,
    digest: str = "sha256",
) -> str:
    """Sign claims as the service does with HS256, but for what is given."""
    secret = settings.secret_key.get_secret_value() if key is None else key
    present = {name: value for name, value in claims.items() if value is not LEFT_OUT}
    return sign_payload(json.dumps(present).encode(), header, secret, digest)


def forge(
    header: Claims | None = None, key: str | bytes | None = None, digest: str = "sha256"
) -> Forge:
    """Make a forger, who changes the header or the key of a valid token."""
    return lambda valid: sign(valid, header, key, digest)


def forge_claim(name: str, value: object) -> Forge:
    """Make a forger, who changes one claim and has the service's own key."""
    return lambda valid: sign(valid | {name: value})


def forge_payload(payload: bytes) -> Forge:
    """Make a forger, who signs any bytes with the service's own key."""
    return lambda _: sign_payload(payload, key=settings.secret_key.get_secret_value())


def forge_with_pair(private_key: Any, algorithm: str, **header: object) -> Forge:
    """Make a forger, who signs with a key pair of their own."""

    def sign_with_pair(valid: Claims) -> str:
        headers = {"kid": signing_keys()[0].id} | header
        return jwt.encode(valid, private_key, algorithm, headers=headers)

    return sign_with_pair


def unsigned(algorithm: object) -> Forge:
    """Make a forger, who leaves the signature empty and names an algorithm that has none."""
    return lambda valid: without_signature(sign(valid, {"alg": algorithm}))


def without_signature(token: str) -> str:
    """Cut the signature off, and leave its dot."""
    return token.rpartition(".")[0] + "."


def with_part(token: str, index: int, other: str) -> str:
    """Take one part of a token from another token."""
    parts = token.split(".")
    parts[index] = other.split(".")[index]
    return ".".join(parts)


def flip(token: str, position: int, bit: int) -> str:
    """Flip one of the six bits of a character; `position` is negative, from the end."""
    index = len(token) + position
    changed = ALPHABET[ALPHABET.index(token[index]) ^ bit]
    return token[:index] + changed + token[index + 1 :]
