"""Access tokens that must not open a door, each made of the claims of a valid one."""

import json
import time

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from jwt.algorithms import OKPAlgorithm

from app.core.ids import new_id
from app.core.keys import derived_keys, signing_keys
from app.core.tokens import REQUIRED_CLAIMS
from tests.integration.forging import (
    LEFT_OUT,
    Forge,
    encode,
    flip,
    forge,
    forge_claim,
    forge_payload,
    forge_with_pair,
    sign,
    unsigned,
    with_part,
    without_signature,
)

HOUR = 3_600
SECRET = "another key, which is just as long as the one that the service signs with"
PAIR = Ed25519PrivateKey.generate()
ELSEWHERE = "http://127.0.0.1:9/keys"
NAN, INFINITY = float("nan"), float("inf")

ALGORITHMS: dict[str, Forge] = {
    **{
        f"unsigned, algorithm {name!r}": unsigned(name)
        for name in ("none", "None", "NONE", "nOnE", " none", "", None, "HS256")
    },
    **{
        f"signed with HS256, algorithm {name!r}": forge({"alg": name})
        for name in ("none", "hs256", "EdDSA", "RS256", "HS384", ["HS256"], None, 256)
    },
    "no algorithm": forge({"alg": LEFT_OUT}),
    "HS384": forge({"alg": "HS384"}, digest="sha384"),
    "HS512": forge({"alg": "HS512"}, digest="sha512"),
    "signed with HS512, algorithm HS256": forge(digest="sha512"),
    "RS256": forge_with_pair(generate_rsa_key(65_537, 2_048), "RS256"),
    "ES256": forge_with_pair(generate_ec_key(SECP256R1()), "ES256"),
    "EdDSA": forge_with_pair(PAIR, "EdDSA"),
}

KEYS: dict[str, Forge] = {
    "other key": forge(key=SECRET),
    "other key, none named": forge({"kid": LEFT_OUT}, SECRET),
    "empty key": forge(key=""),
    "key id as the key": lambda valid: sign(valid, key=signing_keys()[0].id),
    "key of the cursors": lambda valid: sign(valid, key=derived_keys("pagination cursor")[0]),
    **{
        f"key id {key_id!r:.20}": forge({"kid": key_id})
        for key_id in ("0123456789abcdef", "", None, 0, ["key"], {"key": "id"}, "k" * 10_000)
    },
    "key id is a path": forge({"kid": "../../../../dev/null"}, key=""),
    "key id is SQL": forge({"kid": "' UNION SELECT 'k' -- "}, key="k"),
    "key id is a command": forge({"kid": "|/bin/true"}, key=""),
    "own public key": forge_with_pair(
        PAIR, "EdDSA", jwk=OKPAlgorithm.to_jwk(PAIR.public_key(), as_dict=True)
    ),
    "own secret": forge({"jwk": {"kty": "oct", "k": encode(SECRET.encode())}}, SECRET),
    "own certificate": forge({"x5c": [encode(b"0\x82")]}, SECRET),
    "key set elsewhere": forge({"jku": ELSEWHERE, "kid": "elsewhere"}, SECRET),
    "key set elsewhere, known key id": forge({"jku": ELSEWHERE}, SECRET),
    "certificate elsewhere": forge({"x5u": ELSEWHERE}, SECRET),
    **{
        f"critical header {value!r}": forge({"crit": value})
        for value in (["exp"], ["b64"], [], "exp", None)
    },
    "payload not in base64": forge({"crit": ["b64"], "b64": False}),
}

WRONG_VALUES: dict[str, tuple[object, ...]] = {
    "exp": (0, -1, "4102444800", "soon", [], {}, True, NAN, INFINITY, 4e9, 1e300, 10**12),
    "iat": ("1735689600", "soon", NAN, 1.7e9, False, []),
    "nbf": ("soon", INFINITY, []),
    "typ": ("refresh", "Access", "access ", "", ["access"], 1),
    "sub": ("", "1", 1, "me", [], "' OR 1=1 -- ", "\x00", "\udfff"),
    "sid": ("", "1", 1, "*", [], {}, True),
    "aud": ("another service",),
}

CLAIMS: dict[str, Forge] = {
    **{f"no {name}": forge_claim(name, LEFT_OUT) for name in REQUIRED_CLAIMS},
    **{f"{name} is null": forge_claim(name, None) for name in REQUIRED_CLAIMS},
    **{
        f"{name} is {value!r}": forge_claim(name, value)
        for name, values in WRONG_VALUES.items()
        for value in values
    },
    "exp now": lambda valid: sign(valid | {"exp": int(time.time())}),
    "iat in an hour": lambda valid: sign(valid | {"iat": valid["iat"] + HOUR}),
    "nbf in an hour": lambda valid: sign(valid | {"nbf": valid["iat"] + HOUR}),
    "unknown user": lambda valid: sign(valid | {"sub": str(new_id())}),
    "unknown session": lambda valid: sign(valid | {"sid": str(new_id())}),
    "user and session exchanged": lambda valid: sign(
        valid | {"sub": valid["sid"], "sid": valid["sub"]}
    ),
    "claims in a list": lambda valid: forge_payload(json.dumps([valid]).encode())(valid),
    "claims are null": forge_payload(b"null"),
    "claims are not JSON": forge_payload(b"sub=1"),
    "claims are not text": forge_payload(b"\xff\xfe\x00"),
    "claims nested deeply": forge_payload(b"[" * 20_000),
    "exp of 5,000 digits": forge_payload(b'{"exp":' + b"9" * 5_000 + b"}"),
}

FORMS: dict[str, Forge] = {
    "nothing": lambda _: "",
    "dots": lambda _: "..",
    "letters": lambda _: "a.b.c",
    "no part but the header": lambda valid: sign(valid).partition(".")[0],
    "no signature": lambda valid: sign(valid).rpartition(".")[0],
    "empty signature": lambda valid: without_signature(sign(valid)),
    "one part more": lambda valid: sign(valid) + ".e30",
    "an empty part more": lambda valid: sign(valid) + ".",
    "encrypted": forge({"alg": "dir", "enc": "A256GCM"}),
    "five parts, as if encrypted": lambda valid: sign(valid).replace(".", "..", 1) + ".AAAA",
    "as a JSON object": lambda valid: json.dumps({"payload": sign(valid), "signatures": []}),
    "one character short": lambda valid: sign(valid)[:-1],
    "one character long": lambda valid: sign(valid) + "A",
    "half a signature": lambda valid: sign(valid)[:-22],
    "padded": lambda valid: sign(valid) + "=",
    "space inside": lambda valid: sign(valid).replace(".", ". ", 1),
    "in quotes": lambda valid: f'"{sign(valid)}"',
    "twice": lambda valid: f"{sign(valid)},{sign(valid)}",
    "letter of another alphabet": lambda valid: sign(valid) + "é",
    "in the other base64": lambda valid: sign(valid | {"x": "?" * 9}).replace("_", "/"),
    "payload of another token": lambda valid: with_part(
        sign(valid), 1, sign(valid | {"sub": str(new_id())})
    ),
    "header of another token": lambda valid: with_part(
        sign(valid), 0, sign(valid, {"typ": "at+jwt"})
    ),
    "signature of another token": lambda valid: with_part(
        sign(valid), 2, sign(valid | {"iat": valid["iat"] - 1})
    ),
    "signature of zeros": lambda valid: with_part(sign(valid), 2, "..") + "A" * 43,
    "first bit of the signature": lambda valid: flip(sign(valid), -43, 32),
    # Of the last character's six bits, two belong to no byte.
    "last character, bit 0": lambda valid: flip(sign(valid), -1, 1),
    "last character, bit 1": lambda valid: flip(sign(valid), -1, 2),
    "last character, bit 2": lambda valid: flip(sign(valid), -1, 4),
    "last character, bit 5": lambda valid: flip(sign(valid), -1, 32),
    "100 kB of letters": lambda _: "A" * 100_000,
    "100 kB of dots": lambda _: "." * 100_000,
    "100 kB of signature": lambda valid: sign(valid) + "A" * 100_000,
    "100 kB of header": forge({"x": "A" * 75_000}, SECRET),
    "header nested deeply": lambda _: encode(b"[" * 20_000) + ".e30.",
    "header not an object": lambda valid: with_part(sign(valid), 0, encode(b'"HS256"')),
}

FORGERIES = ALGORITHMS | KEYS | CLAIMS | FORMS
