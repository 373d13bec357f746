"""Passwords and tokens: the names that the rest of the service uses."""

from app.core.password_rules import refuse_guessable
from app.core.passwords import DUMMY_HASH, get_password_hash, verify_and_upgrade, verify_password
from app.core.tokens import (
    AccessClaims,
    create_access_token,
    decode_access_token,
    hash_token,
    new_token,
)

__all__ = [
    "DUMMY_HASH",
    "AccessClaims",
    "create_access_token",
    "decode_access_token",
    "get_password_hash",
    "hash_token",
    "new_token",
    "refuse_guessable",
    "verify_and_upgrade",
    "verify_password",
]
