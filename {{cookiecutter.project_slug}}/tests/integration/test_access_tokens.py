"""Access tokens that must not open a door, and changes that take effect on the next request."""

from collections.abc import Awaitable, Callable

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx2 import AsyncClient, Response
from jwt.algorithms import OKPAlgorithm
from pydantic import SecretStr

from app.config import settings
from app.core.keys import signing_keys
from tests.factories import Caller, make_caller, open_session
from tests.integration.forged_tokens import FORGERIES, SECRET
from tests.integration.forging import Claims, Forge, sign

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")


def claims_of(caller: Caller) -> Claims:
    """Return what a caller's valid token says."""
    return jwt.decode(caller.tokens.access_token, options={"verify_signature": False})


async def read_me(client: AsyncClient, authorization: str) -> Response:
    """Make the simplest request that needs an access token."""
    headers = [(b"Authorization", authorization.encode("latin-1"))]
    return await client.get("/users/me", headers=headers)


def check_refused(response: Response) -> None:
    """Check that the answer is 401, and says how to be let in."""
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_the_token_that_the_forgeries_differ_from_is_accepted(
    client: AsyncClient, customer: Caller
) -> None:
    token = sign(claims_of(customer))

    response = await read_me(client, f"Bearer {token}")

    assert response.status_code == 200


def test_there_are_forgeries_enough() -> None:
    assert len(FORGERIES) >= 100


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_forged_access_token_is_401(
    client: AsyncClient, customer: Caller, forge: Forge
) -> None:
    response = await read_me(client, f"Bearer {forge(claims_of(customer))}")

    check_refused(response)


async def of_somebody_else(caller: Caller) -> str:
    """Name another user in the caller's session."""
    other = await make_caller()
    return sign(claims_of(caller) | {"sub": str(other.user.id)})


async def of_somebody_elses_session(caller: Caller) -> str:
    """Name another user's session."""
    return sign(claims_of(caller) | {"sid": claims_of(await make_caller())["sid"]})


async def of_no_kind(caller: Caller) -> str:
    """Present the refresh token."""
    return caller.tokens.refresh_token


MISUSES = {
    "refresh token": of_no_kind,
    "other user in the own session": of_somebody_else,
    "session of another user": of_somebody_elses_session,
}


@pytest.mark.parametrize("misuse", MISUSES.values(), ids=MISUSES)
async def test_misused_token_is_401(
    client: AsyncClient, customer: Caller, misuse: Callable[[Caller], Awaitable[str]]
) -> None:
    response = await read_me(client, f"Bearer {await misuse(customer)}")

    check_refused(response)


async def test_token_of_an_ended_session_is_401(client: AsyncClient, customer: Caller) -> None:
    await client.post("/auth/logout", headers=customer.headers)

    response = await read_me(client, f"Bearer {sign(claims_of(customer))}")

    check_refused(response)


async def test_token_of_an_expired_session_is_401(
    client: AsyncClient, customer: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "refresh_token_absolute_days", 0)
    tokens = await open_session(customer.user)

    response = await read_me(client, f"Bearer {tokens.access_token}")

    check_refused(response)


async def test_token_of_a_key_that_is_not_listed_any_more_is_401(
    client: AsyncClient, customer: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "secret_key", SecretStr(SECRET))
    nameless = sign(claims_of(customer), {"kid": "gone"})

    for token in (customer.tokens.access_token, nameless):
        check_refused(await read_me(client, f"Bearer {token}"))


def as_jwk(key: Ed25519PublicKey) -> str:
    jwk: str = OKPAlgorithm.to_jwk(key)
    return jwk


CONFUSIONS: dict[str, Callable[[Ed25519PublicKey], str | bytes]] = {
    "raw": lambda key: key.public_bytes_raw(),
    "PEM": lambda key: key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "DER": lambda key: key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "SSH": lambda key: key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
    "JWK": as_jwk,
    "the secret itself": lambda _: settings.secret_key.get_secret_value(),
}


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
@pytest.mark.parametrize("as_secret", CONFUSIONS.values(), ids=CONFUSIONS)
async def test_public_key_used_as_a_secret_is_401(
    client: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    as_secret: Callable[[Ed25519PublicKey], str | bytes],
    algorithm: str,
) -> None:
    monkeypatch.setattr(settings, "algorithm", "EdDSA")
    claims = claims_of(await make_caller())
    public_key = signing_keys()[0].public
    assert isinstance(public_key, Ed25519PublicKey)

    token = sign(claims, {"alg": algorithm}, as_secret(public_key))

    check_refused(await read_me(client, f"Bearer {token}"))


@pytest.mark.parametrize("with_key_id", [True, False])
async def test_ed25519_key_of_somebody_else_is_401(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, *, with_key_id: bool
) -> None:
    monkeypatch.setattr(settings, "algorithm", "EdDSA")
    claims = claims_of(await make_caller())
    headers = {"kid": signing_keys()[0].id} if with_key_id else {}

    token = jwt.encode(claims, Ed25519PrivateKey.generate(), "EdDSA", headers=headers)

    check_refused(await read_me(client, f"Bearer {token}"))


HEADERS = [
    "",
    " ",
    "Bearer",
    "Bearer ",
    "Basic YTpi",
    "Basic {token}",
    "Token {token}",
    "DPoP {token}",
    "{token}",
    "Bearer{token}",
    "Bearer: {token}",
    "Bearer\t{token}",
    "Bearer bearer {token}",
    "Bearer {token} {token}",
    "Bearer {token}, Bearer {token}",
    'Bearer token="{token}"',
    "Basic YTpi, Bearer {token}",
]


@pytest.mark.parametrize("header", HEADERS)
async def test_authorization_of_another_form_is_401(
    client: AsyncClient, customer: Caller, header: str
) -> None:
    response = await read_me(client, header.format(token=customer.tokens.access_token))

    check_refused(response)


@pytest.mark.parametrize("header", ["bearer {token}", "BEARER {token}", "Bearer   {token} "])
async def test_scheme_in_any_case_and_spaces_around_the_token_are_accepted(
    client: AsyncClient, customer: Caller, header: str
) -> None:
    response = await read_me(client, header.format(token=customer.tokens.access_token))

    assert response.status_code == 200


async def test_valid_token_in_a_second_header_does_not_help_a_forged_one(
    client: AsyncClient, customer: Caller
) -> None:
    forged = sign(claims_of(customer), key=SECRET)
    tokens = (forged, customer.tokens.access_token)

    response = await client.get(
        "/users/me", headers=[("Authorization", f"Bearer {token}") for token in tokens]
    )

    check_refused(response)


async def test_token_anywhere_but_in_the_header_is_401(
    client: AsyncClient, customer: Caller
) -> None:
    token = customer.tokens.access_token

    response = await client.get(
        "/users/me", params={"access_token": token}, headers={"Cookie": f"access_token={token}"}
    )

    check_refused(response)


async def test_deactivated_user_is_refused_on_the_next_request(
    client: AsyncClient, customer: Caller, admin: Caller
) -> None:
    before = await client.get("/users/me", headers=customer.headers)

    await client.patch(
        f"/users/{customer.user.id}", headers=admin.headers, json={"is_active": False}
    )

    assert before.status_code == 200
    assert (await client.get("/users/me", headers=customer.headers)).status_code == 401
    body = {"refresh_token": customer.tokens.refresh_token}
    assert (await client.post("/auth/refresh", json=body)).status_code == 401


async def test_changed_role_counts_on_the_next_request(
    client: AsyncClient, customer: Caller, admin: Caller
) -> None:
    product = {"name": "Kettle", "price_cents": 100, "currency": "EUR"}
    statuses = []

    for role in ("manager", "customer"):
        await client.patch(f"/users/{customer.user.id}", headers=admin.headers, json={"role": role})
        response = await client.post("/products/", headers=customer.headers, json=product)
        statuses.append(response.status_code)

    assert statuses == [201, 403]


async def test_deleted_user_is_refused_on_the_next_request(
    client: AsyncClient, customer: Caller, admin: Caller
) -> None:
    await client.delete(f"/users/{customer.user.id}", headers=admin.headers)

    response = await client.get("/users/me", headers=customer.headers)

    assert response.status_code == 401
