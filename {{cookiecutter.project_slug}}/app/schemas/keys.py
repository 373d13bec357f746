"""Public keys in the API, in the form of RFC 7517 and RFC 8037."""

from typing import Literal

from app.schemas.base import Output


class PublicKeyRead(Output):
    """A key that verifies access tokens; `kid` is what their header calls it, `x` the key."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"]
    alg: Literal["EdDSA"]


class KeySetRead(Output):
    """The keys in use; none while access tokens are signed with a secret (HS256)."""

    keys: list[PublicKeyRead]
