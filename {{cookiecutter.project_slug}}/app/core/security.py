"""Passwords and tokens: how they are made, checked and stored."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import jwt
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from app.config import settings
from app.core.clock import utc_now
from app.core.exceptions import UnauthorizedError

# OWASP's password storage cheat sheet: argon2id with 19 MiB, two passes, one lane.
# The second hasher verifies hashes that passlib made; they are upgraded at login.
password_hash = PasswordHash(
    (Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1), BcryptHasher())
)

# No password fits this; it makes a login of an unknown user as slow as one of a known user.
DUMMY_HASH = password_hash.hash(secrets.token_urlsafe())

# Hashing is kept off the event loop, and to a few threads, because each hash takes 19 MiB.
hashing_pool = ThreadPoolExecutor(settings.password_hash_threads, "password-hash")

Result = TypeVar("Result")

BCRYPT_MAX_BYTES = 72
SIGNING_KEY = settings.secret_key.get_secret_value()


@dataclass(frozen=True)
class AccessClaims:
    """What a valid access token says."""

    user_id: UUID
    session_id: UUID


async def in_hashing_pool(work: Callable[[], Result]) -> Result:
    """Run slow work in the bounded pool; wait for a place when it is full."""
    return await asyncio.get_running_loop().run_in_executor(hashing_pool, work)


async def get_password_hash(password: str) -> str:
    """Hash a password with argon2id."""
    return await in_hashing_pool(lambda: password_hash.hash(password))


async def verify_password(plain: str, hashed: str) -> bool:
    """Tell whether the password fits the hash."""
    return (await verify_and_upgrade(plain, hashed))[0]


async def verify_and_upgrade(plain: str, hashed: str) -> tuple[bool, str | None]:
    """Tell whether the password fits, with a new hash when the stored one is of an old kind."""
    if not hashed.startswith("$2"):
        return await in_hashing_pool(lambda: password_hash.verify_and_update(plain, hashed))
    # bcrypt never read past 72 bytes, and its current release refuses longer input.
    start = plain.encode()[:BCRYPT_MAX_BYTES]
    valid = await in_hashing_pool(lambda: password_hash.verify(start, hashed))
    return valid, await get_password_hash(plain) if valid else None


def create_access_token(
    user_id: UUID, session_id: UUID, expires_delta: timedelta | None = None
) -> str:
    """Sign an access token; it lives `access_token_expire_minutes` unless told otherwise."""
    now = utc_now()
    lifetime = expires_delta or timedelta(minutes=settings.access_token_expire_minutes)
    claims = {
        "sub": str(user_id),
        "sid": str(session_id),
        "typ": "access",
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(claims, SIGNING_KEY, algorithm=settings.algorithm)


def decode_access_token(token: str) -> AccessClaims:
    """Check signature, algorithm, kind and age of an access token.

    Raises:
        UnauthorizedError: the token is not a valid access token of this service.
    """
    try:
        claims = jwt.decode(
            token,
            SIGNING_KEY,
            algorithms=[settings.algorithm],
            options={"require": ["exp", "iat", "sub", "sid", "typ"]},
        )
        if claims["typ"] != "access":
            raise UnauthorizedError
        return AccessClaims(UUID(claims["sub"]), UUID(claims["sid"]))
    except (jwt.InvalidTokenError, ValueError, AttributeError) as error:
        raise UnauthorizedError from error


def new_refresh_token() -> str:
    """Make an opaque refresh token of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Hash an opaque token for storage; it is random, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()
