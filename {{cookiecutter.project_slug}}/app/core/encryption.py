"""Secrets that have to be read again, such as those that sign: unreadable in a stolen database."""

import os
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.keys import derived_keys

NONCE_BYTES = 12


class KeyLostError(Exception):
    """None of the keys in the settings reads this, or it was tampered with."""


def encrypt(plain: bytes, purpose: str, owner: str) -> bytes:
    """Encrypt for one purpose and one owner (AES-256-GCM): in another's place it is unreadable."""
    nonce = os.urandom(NONCE_BYTES)
    key = derived_keys(purpose)[0]
    return nonce + AESGCM(key).encrypt(nonce, plain, owner.encode())


def decrypt(stored: bytes, purpose: str, owner: str) -> bytes:
    """Return what was encrypted, by the present key or one of `PREVIOUS_SECRET_KEYS`.

    Raises:
        KeyLostError: no key reads it.
    """
    nonce, encrypted = stored[:NONCE_BYTES], stored[NONCE_BYTES:]
    for key in derived_keys(purpose):
        with suppress(InvalidTag):
            return AESGCM(key).decrypt(nonce, encrypted, owner.encode())
    raise KeyLostError
