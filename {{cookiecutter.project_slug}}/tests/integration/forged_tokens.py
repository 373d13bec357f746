"""Access tokens that must not open a door, each made of the claims of a valid one."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import OKPAlgorithm

from app.core.ids import new_id
from app.core.keys import derive_key, secrets_in_use, signing_keys
from app.core.tokens import REQUIRED_CLAIMS

Claims = dict[str, Any]
Forge = Callable[[Claims], str]

HOUR = 3_600
ATTACKERS_SECRET = "another key, which is just as long as the one that the service signs with"
ATTACKERS_KEY = Ed25519PrivateKey.generate()
ATTACKERS_JWK = OKPAlgorithm.to_jwk(ATTACKERS_KEY.public_key(), as_dict=True)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def encode(raw: bytes) -> str:
    """Write bytes as a part of a token."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def join(header: object, payload: bytes, sign: Callable[[bytes], bytes]) -> str:
    """Make a token by hand, since no library makes bad ones."""
    signed = f"{encode(json.dumps(header).encode())}.{encode(payload)}"
    return f"{signed}.{encode(sign(signed.encode()))}"


def with_hmac(key: str | bytes, digest: str = "sha256") -> Callable[[bytes], bytes]:
    """Make what signs with a secret."""
    secret = key.encode() if isinstance(key, str) else key
    return lambda message: hmac.digest(secret, message, digest)


def sign(
    claims: Claims,
    header: Claims | None = None,
    key: str | bytes | None = None,
    digest: str = "sha256",
) -> str:
    """Sign with HS256 as the service does, but for what is told; a header of `...` is left out."""
    headers = {"alg": "HS256", "typ": "JWT", "kid": signing_keys()[0].id} | (header or {})
    present = {name: value for name, value in headers.items() if value is not ...}
    secret = secrets_in_use()[0] if key is None else key
    return join(present, json.dumps(claims).encode(), with_hmac(secret, digest))


def unsigned(claims: Claims, algorithm: object) -> str:
    """Leave the signature empty, and name an algorithm that would allow it."""
    return sign(claims, {"alg": algorithm}).rpartition(".")[0] + "."


@cache
def private_key(algorithm: str) -> Any:
    """Make an attacker's key."""
    if algorithm == "RS256":
        return generate_rsa_key(65_537, 2_048)
    return generate_private_key(SECP256R1()) if algorithm == "ES256" else ATTACKERS_KEY


def sign_with_pair(claims: Claims, algorithm: str, **header: object) -> str:
    """Sign with an attacker's own key pair."""
    headers = {"kid": signing_keys()[0].id} | header
    return jwt.encode(claims, private_key(algorithm), algorithm, headers=headers)


def parts(token: str) -> list[str]:
    """Split a token at its dots."""
    return token.split(".")


def with_part(token: str, index: int, text: str) -> str:
    """Replace a part of a token."""
    return ".".join([*parts(token)[:index], text, *parts(token)[index + 1 :]])


def flip(token: str, position: int, bit: int) -> str:
    """Flip one of the six bits of a character; `position` counts from the end when negative."""
    index = position % len(token)
    changed = ALPHABET[ALPHABET.index(token[index]) ^ bit]
    return token[:index] + changed + token[index + 1 :]


ALGORITHMS: dict[str, Forge] = {
    **{
        f"algorithm {name!r} without a signature": lambda claims, name=name: unsigned(claims, name)
        for name in ("none", "None", "NONE", "nOnE", " none", "", None, "HS256")
    },
    **{
        f"algorithm {name!r} with a good signature": lambda claims, name=name: sign(
            claims, {"alg": name}
        )
        for name in ("none", "hs256", "EdDSA", "RS256", "HS384", ["HS256"], None, 256, ...)
    },
    "algorithm HS384": lambda claims: sign(claims, {"alg": "HS384"}, digest="sha384"),
    "algorithm HS512": lambda claims: sign(claims, {"alg": "HS512"}, digest="sha512"),
    "algorithm HS256 named, HS512 used": lambda claims: sign(claims, digest="sha512"),
    "algorithm RS256": lambda claims: sign_with_pair(claims, "RS256"),
    "algorithm ES256": lambda claims: sign_with_pair(claims, "ES256"),
    "algorithm EdDSA": lambda claims: sign_with_pair(claims, "EdDSA"),
}

KEYS: dict[str, Forge] = {
    "other key": lambda claims: sign(claims, key=ATTACKERS_SECRET),
    "other key, none named": lambda claims: sign(claims, {"kid": ...}, ATTACKERS_SECRET),
    "empty key": lambda claims: sign(claims, key=""),
    "key id as the key": lambda claims: sign(claims, key=signing_keys()[0].id),
    "cursors' key": lambda claims: sign(
        claims, key=derive_key(secrets_in_use()[0], "pagination cursor")
    ),
    **{
        f"key id {key_id!r}": lambda claims, key_id=key_id: sign(claims, {"kid": key_id})
        for key_id in ("0123456789abcdef", "", None, 0, ["key"], {"key": "id"}, "k" * 10_000)
    },
    "key id is a path": lambda claims: sign(claims, {"kid": "../../../../dev/null"}, key=""),
    "key id is SQL": lambda claims: sign(claims, {"kid": "' UNION SELECT 'k' -- "}, key="k"),
    "key id is a command": lambda claims: sign(claims, {"kid": "|/bin/true"}, key=""),
    "key in the header": lambda claims: sign_with_pair(claims, "EdDSA", jwk=ATTACKERS_JWK),
    "secret in the header": lambda claims: sign(
        claims,
        {"kid": ..., "jwk": {"kty": "oct", "k": encode(ATTACKERS_SECRET.encode())}},
        ATTACKERS_SECRET,
    ),
    **{
        f"key from elsewhere by {name}": lambda claims, name=name: sign(
            claims, {name: "http://127.0.0.1:9/keys"}, ATTACKERS_SECRET
        )
        for name in ("jku", "x5u")
    },
    "certificate in the header": lambda claims: sign(claims, {"x5c": ["AAAA"]}, ATTACKERS_SECRET),
    **{
        f"critical header {value!r}": lambda claims, value=value: sign(claims, {"crit": value})
        for value in (["exp"], ["b64"], [], "exp", None)
    },
    "payload not in base64": lambda claims: sign(claims, {"crit": ["b64"], "b64": False}),
}

CLAIMS: dict[str, Forge] = {
    **{
        f"no {name}": lambda claims, name=name: sign(
            {key: value for key, value in claims.items() if key != name}
        )
        for name in REQUIRED_CLAIMS
    },
    **{
        f"{name} is {value!r}": lambda claims, name=name, value=value: sign(claims | {name: value})
        for name, value in (
            *((name, None) for name in REQUIRED_CLAIMS),
            *(("exp", value) for value in (0, -1, "4102444800", "soon", "", [], {}, True)),
            *(("exp", value) for value in (float("nan"), float("inf"), 4e9, 1e300, 10**12)),
            *(("iat", value) for value in ("1735689600", float("nan"), 1.7e9, False, [])),
            *(("nbf", value) for value in ("soon", float("inf"), [])),
            *(("typ", value) for value in ("refresh", "Access", "access ", "", ["access"], 1)),
            *(("sub", value) for value in ("", "1", 1, "me", [], "' OR 1=1 -- ", "\x00", "\udfff")),
            *(("sid", value) for value in ("", "1", 1, "*", [], {}, True)),
            ("aud", "another service"),
        )
    },
    "exp a second ago": lambda claims: sign(claims | {"exp": int(time.time()) - 1}),
    "exp of five thousand digits": lambda claims: sign_text(
        claims, '"exp": ' + str(claims["exp"]), '"exp": ' + "9" * 5_000
    ),
    "iat in an hour": lambda claims: sign(claims | {"iat": claims["iat"] + HOUR}),
    "nbf in an hour": lambda claims: sign(claims | {"nbf": claims["iat"] + HOUR}),
    "unknown user": lambda claims: sign(claims | {"sub": str(new_id())}),
    "unknown session": lambda claims: sign(claims | {"sid": str(new_id())}),
    "user and session exchanged": lambda claims: sign(
        claims | {"sub": claims["sid"], "sid": claims["sub"]}
    ),
    "claims in a list": lambda claims: sign_payload(json.dumps([claims]).encode()),
    "claims are null": lambda _: sign_payload(b"null"),
    "claims are not JSON": lambda _: sign_payload(b"sub=1"),
    "claims are not text": lambda _: sign_payload(b"\xff\xfe\x00"),
    "claims nested deeply": lambda _: sign_payload(b"[" * 20_000),
}


def sign_payload(payload: bytes) -> str:
    """Sign whatever bytes as the service signs claims."""
    header = {"alg": "HS256", "typ": "JWT", "kid": signing_keys()[0].id}
    return join(header, payload, with_hmac(secrets_in_use()[0]))


def sign_text(claims: Claims, text: str, instead: str) -> str:
    """Sign claims with a part of their text replaced."""
    return sign_payload(json.dumps(claims).replace(text, instead).encode())


FORMS: dict[str, Forge] = {
    "nothing": lambda _: "",
    "dots": lambda _: "..",
    "letters": lambda _: "a.b.c",
    "no part but the header": lambda claims: parts(sign(claims))[0],
    "no signature": lambda claims: sign(claims).rpartition(".")[0],
    "one part more": lambda claims: sign(claims) + ".e30",
    "an empty part more": lambda claims: sign(claims) + ".",
    "five parts, as if encrypted": lambda claims: (
        sign(claims, {"alg": "dir", "enc": "A256GCM"}).replace(".", "..", 1) + ".AAAA.AAAA"
    ),
    "as a JSON object": lambda claims: json.dumps(
        dict(zip(("protected", "payload", "signature"), parts(sign(claims)), strict=True))
    ),
    "one character short": lambda claims: sign(claims)[:-1],
    "one character long": lambda claims: sign(claims) + "A",
    "half a signature": lambda claims: sign(claims)[:-22],
    "padded": lambda claims: sign(claims) + "=",
    "space inside": lambda claims: sign(claims).replace(".", ". ", 1),
    "in quotes": lambda claims: f'"{sign(claims)}"',
    "twice": lambda claims: f"{sign(claims)},{sign(claims)}",
    "letters of another alphabet": lambda claims: sign(claims) + "é",
    "in the other base64": lambda claims: sign_payload(
        json.dumps(claims | {"x": "???>>>"}).encode()
    ).replace("_", "/"),
    "payload of other claims": lambda claims: with_part(
        sign(claims), 1, parts(sign(claims | {"sub": str(new_id())}))[1]
    ),
    "header of another token": lambda claims: with_part(
        sign(claims), 0, parts(sign(claims, {"typ": "at+jwt"}))[0]
    ),
    "signature of another token": lambda claims: with_part(
        sign(claims), 2, parts(sign(claims | {"iat": claims["iat"] - 1}))[2]
    ),
    "signature of zeros": lambda claims: with_part(sign(claims), 2, "A" * 43),
    "first bit of the signature": lambda claims: flip(sign(claims), -43, 32),
    # Of the last character's six bits, two belong to no byte.
    **{
        f"bit {bit} at the signature's end": lambda claims, bit=bit: flip(sign(claims), -1, bit)
        for bit in (1, 2, 4, 8, 16, 32)
    },
    "100 kB of letters": lambda _: "A" * 100_000,
    "100 kB of dots": lambda _: "." * 100_000,
    "100 kB of signature": lambda claims: sign(claims) + "A" * 100_000,
    "100 kB of header": lambda claims: sign(claims, {"x": "A" * 75_000}, ATTACKERS_SECRET),
    "header nested deeply": lambda _: encode(b"[" * 20_000) + ".e30.",
    "header not an object": lambda claims: with_part(sign(claims), 0, encode(b'"HS256"')),
}

FORGERIES = ALGORITHMS | KEYS | CLAIMS | FORMS

PUBLIC_FORMS: dict[str, Callable[[], str | bytes]] = {
    "raw": lambda: public_key().public_bytes_raw(),
    "PEM": lambda: public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "DER": lambda: public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "SSH": lambda: public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "base64": lambda: encode(public_key().public_bytes_raw()),
    "JWK": lambda: json.dumps(OKPAlgorithm.to_jwk(public_key(), as_dict=True)),
}


def public_key() -> Any:
    """Return what anyone can read in the published key set, while EdDSA signs."""
    return signing_keys()[0].public
