"""Passwords: how they are hashed, and how hashes of today and of the past are checked."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from app.config import settings

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


async def in_hashing_pool(work: Callable[[], Result]) -> Result:
    """Run slow work in the bounded pool; wait for a place when it is full."""
    return await asyncio.get_running_loop().run_in_executor(hashing_pool, work)


async def get_password_hash(password: str) -> str:
    """Hash a password with argon2id."""
    return await in_hashing_pool(lambda: password_hash.hash(canonical(password)))


async def verify_password(plain: str, hashed: str) -> bool:
    """Tell whether the password fits the hash."""
    return (await verify_and_upgrade(plain, hashed))[0]


async def verify_and_upgrade(plain: str, hashed: str) -> tuple[bool, str | None]:
    """Tell whether the password fits, with a new hash when the stored one is of an old kind.

    A hash that cannot be read fits no password.
    """
    check = check_bcrypt if hashed.startswith("$2") else check_argon2
    try:
        return await in_hashing_pool(lambda: check(plain, hashed))
    except (PwdlibError, ValueError):
        return False, None


def check_argon2(plain: str, hashed: str) -> tuple[bool, str | None]:
    """Check a hash of today, or one that is like it but weaker."""
    return password_hash.verify_and_update(canonical(plain), hashed)


def check_bcrypt(plain: str, hashed: str) -> tuple[bool, str | None]:
    """Check a hash of passlib, which took a password as it was typed."""
    # bcrypt never read past 72 bytes, and its current release refuses longer input.
    valid = password_hash.verify(plain.encode()[:BCRYPT_MAX_BYTES], hashed)
    return valid, password_hash.hash(canonical(plain)) if valid else None


def canonical(password: str) -> str:
    """Compose its letters: systems differ in whether they send an accent by itself."""
    return unicodedata.normalize("NFC", password)
