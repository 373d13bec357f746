"""Tokens: signed ones that say who calls, and opaque ones that are looked up."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt

from app.config import settings
from app.core.clock import utc_now
from app.core.exceptions import UnauthorizedError
from app.core.keys import signing_keys

REQUIRED_CLAIMS = ["exp", "iat", "sub", "sid", "typ"]
YEAR_10000 = 253_402_300_800  # in Unix seconds; no date of Python goes so far


@dataclass(frozen=True)
class AccessClaims:
    """What a valid access token says."""

    user_id: UUID
    session_id: UUID


def create_access_token(
    user_id: UUID, session_id: UUID, expires_delta: timedelta | None = None
) -> str:
    """Sign an access token; it lives `access_token_expire_minutes` unless told otherwise."""
    now = utc_now()
    if expires_delta is None:
        expires_delta = timedelta(minutes=settings.access_token_expire_minutes)
    claims = {
        "sub": str(user_id),
        "sid": str(session_id),
        "typ": "access",
        "iat": now,
        "exp": now + expires_delta,
    }
    key = signing_keys()[0]
    return jwt.encode(claims, key.private, settings.algorithm, headers={"kid": key.id})


def decode_access_token(token: str) -> AccessClaims:
    """Check signature, algorithm, kind and age of an access token.

    Raises:
        UnauthorizedError: the token is not a valid access token of this service.
    """
    try:
        claims = verified_claims(token)
        check_form(claims)
        return AccessClaims(UUID(claims["sub"]), UUID(claims["sid"]))
    except (jwt.InvalidTokenError, ValueError, AttributeError) as error:
        raise UnauthorizedError from error


def verified_claims(token: str) -> dict[str, Any]:
    """Return what a token says that one of the service's keys signed.

    Of the header only `kid` counts, as the name of a key at hand. A token without it is older than
    key ids, or was made by python-jose: each key is tried.
    """
    if "=" in token:
        # RFC 7515 has no padding; PyJWT takes it, and would let one token have several spellings.
        raise jwt.DecodeError
    key_id = jwt.get_unverified_header(token).get("kid")
    for key in signing_keys():
        if key_id in {None, key.id}:
            with suppress(jwt.InvalidSignatureError):
                return jwt.decode(
                    token,
                    key.public,
                    algorithms=[settings.algorithm],
                    options={"require": REQUIRED_CLAIMS},
                )
    raise jwt.InvalidSignatureError


def check_form(claims: dict[str, Any]) -> None:
    """Refuse a token of another kind, and times that PyJWT lets pass: texts, fractions, aeons."""
    if claims["typ"] != "access":
        raise jwt.InvalidTokenError
    for name in ("iat", "exp"):
        if type(claims[name]) is not int or claims[name] >= YEAR_10000:
            raise jwt.InvalidTokenError


def new_token() -> str:
    """Make an opaque token of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Hash an opaque token for storage; it is random, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()
