"""Keys that sign: all come from SECRET_KEY; those of PREVIOUS_SECRET_KEYS verify what is older."""

from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt.algorithms import OKPAlgorithm

from app.config import settings


@dataclass(frozen=True)
class SigningKey:
    """A key of access tokens; `id` goes into their header as `kid`, and tells nothing of it."""

    id: str
    private: str | Ed25519PrivateKey = field(repr=False)
    public: str | Ed25519PublicKey = field(repr=False)


@cache
def derive_key(secret: str, purpose: str) -> bytes:
    """Derive 32 bytes for one purpose, from which nobody can tell the secret (HKDF, RFC 5869)."""
    return HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())


@cache
def make_key(secret: str, algorithm: str) -> SigningKey:
    """Make the signing key of a secret.

    HS256 signs with the secret itself, as python-jose does. EdDSA has a key pair derived from it.
    """
    key_id = derive_key(secret, f"access tokens, {algorithm}, id").hex()[:16]
    if algorithm == "HS256":
        return SigningKey(key_id, secret, secret)
    private = Ed25519PrivateKey.from_private_bytes(derive_key(secret, "access tokens, Ed25519"))
    return SigningKey(key_id, private, private.public_key())


def secrets_in_use() -> list[str]:
    """Return the secret that signs, then those that did before."""
    all_of_them = (settings.secret_key, *settings.previous_secret_keys)
    return [secret.get_secret_value() for secret in all_of_them]


def derived_keys(purpose: str) -> list[bytes]:
    """Return the key that signs for this purpose, then those that only verify."""
    return [derive_key(secret, purpose) for secret in secrets_in_use()]


def signing_keys() -> list[SigningKey]:
    """Return the key that signs access tokens, then those that only verify them."""
    return [make_key(secret, settings.algorithm) for secret in secrets_in_use()]


def public_keys() -> list[dict[str, str]]:
    """Return what others need to verify access tokens (RFC 8037); an HS256 key is no one else's."""
    return [
        {
            **OKPAlgorithm.to_jwk(key.public, as_dict=True),
            "kid": key.id,
            "use": "sig",
            "alg": "EdDSA",
        }
        for key in signing_keys()
        if isinstance(key.public, Ed25519PublicKey)
    ]
