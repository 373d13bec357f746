"""Access tokens: what they say, and which are refused."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from app.config import settings
from app.core.clock import utc_now
from app.core.exceptions import UnauthorizedError
from app.core.ids import new_id
from app.core.security import (
    SIGNING_KEY,
    create_access_token,
    decode_access_token,
    hash_token,
    new_refresh_token,
)

USER_ID, SESSION_ID = new_id(), new_id()
YEAR_2100 = 4_102_444_800  # in Unix seconds


def sign(changes: dict[str, Any], key: str = SIGNING_KEY, algorithm: str = "HS256") -> str:
    """Sign a token as this service would, but for the changes; a claim of None is left out."""
    now = utc_now()
    claims: dict[str, Any] = {
        "sub": str(USER_ID),
        "sid": str(SESSION_ID),
        "typ": "access",
        "iat": now,
        "exp": now + timedelta(minutes=1),
    } | changes
    present = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(present, key, algorithm=algorithm)


def test_a_token_says_who_the_user_is_and_in_which_session() -> None:
    claims = decode_access_token(create_access_token(USER_ID, SESSION_ID))

    assert (claims.user_id, claims.session_id) == (USER_ID, SESSION_ID)


def test_a_token_lives_as_long_as_the_settings_say() -> None:
    token = create_access_token(USER_ID, SESSION_ID)

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == settings.access_token_expire_minutes * 60


def test_a_token_names_its_kind_and_nothing_personal() -> None:
    token = create_access_token(USER_ID, SESSION_ID)

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["typ"] == "access"
    assert set(claims) == {"sub", "sid", "typ", "iat", "exp"}


def test_a_token_past_its_end_is_refused() -> None:
    token = create_access_token(USER_ID, SESSION_ID, expires_delta=timedelta(seconds=-1))

    with pytest.raises(UnauthorizedError):
        decode_access_token(token)


def test_the_tokens_that_the_refusals_below_differ_from_is_accepted() -> None:
    assert decode_access_token(sign({})).user_id == USER_ID


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("sub", "sid", "typ", "iat", "exp")),
        {"typ": "refresh"},
        {"typ": ["access"]},
        {"sub": "not a UUID"},
        {"sid": "not a UUID"},
        {"sid": 7},
        {"exp": "soon"},
        {"iat": YEAR_2100},
    ],
    ids=str,
)
def test_a_token_with_a_claim_that_is_missing_or_wrong_is_refused(
    changes: dict[str, Any],
) -> None:
    token = sign(changes)

    with pytest.raises(UnauthorizedError):
        decode_access_token(token)


@pytest.mark.parametrize(
    "token",
    [
        sign({}, key="k" * 64),
        sign({}, algorithm="HS512"),
        sign({}, algorithm="none", key=""),
        sign({})[:-2],
        sign({}).rsplit(".", 1)[0] + ".",
        "",
        "a.b.c",
        "\x00\udfff",
        "ä" * 100,
    ],
    ids=range(9),
)
def test_a_token_that_this_service_did_not_sign_is_refused(token: str) -> None:
    with pytest.raises(UnauthorizedError):
        decode_access_token(token)


def test_refresh_tokens_are_random_and_stored_as_a_digest() -> None:
    tokens = {new_refresh_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(len(token) >= 43 for token in tokens)
    assert {len(hash_token(token)) for token in tokens} == {32}
