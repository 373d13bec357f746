"""Tokens: what they say, and which are refused before anyone could send them in a header."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import jwt
import pytest

from app.config import settings
from app.core.exceptions import UnauthorizedError
from app.core.ids import new_id
from app.core.keys import signing_keys
from app.core.security import create_access_token, decode_access_token, hash_token, new_token

USER_ID, SESSION_ID = new_id(), new_id()


def content_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


@pytest.fixture(params=["HS256", "EdDSA"], autouse=True)
def algorithm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run each test with either algorithm."""
    monkeypatch.setattr(settings, "algorithm", request.param)
    return settings.algorithm


def test_a_token_says_who_the_user_is_and_in_which_session() -> None:
    claims = decode_access_token(create_access_token(USER_ID, SESSION_ID))

    assert (claims.user_id, claims.session_id) == (USER_ID, SESSION_ID)


def test_a_token_lives_as_long_as_the_settings_say() -> None:
    claims = content_of(create_access_token(USER_ID, SESSION_ID))

    assert claims["exp"] - claims["iat"] == settings.access_token_expire_minutes * 60


def test_a_token_names_its_kind_and_nothing_personal() -> None:
    claims = content_of(create_access_token(USER_ID, SESSION_ID))

    assert claims["typ"] == "access"
    assert set(claims) == {"sub", "sid", "typ", "iat", "exp"}


def test_a_token_names_the_key_and_the_algorithm_that_signed_it(algorithm: str) -> None:
    header = jwt.get_unverified_header(create_access_token(USER_ID, SESSION_ID))

    assert header == {"alg": algorithm, "typ": "JWT", "kid": signing_keys()[0].id}


@pytest.mark.parametrize("seconds", [-3600, -1, 0])
def test_a_token_is_refused_from_its_end_on_without_grace(seconds: int) -> None:
    token = create_access_token(USER_ID, SESSION_ID, expires_delta=timedelta(seconds=seconds))

    with pytest.raises(UnauthorizedError):
        decode_access_token(token)


@pytest.mark.parametrize("changes", [{"typ": "refresh"}, {"exp": "4102444800"}, {"iat": 1.5}])
def test_a_well_signed_token_of_another_form_is_refused(
    algorithm: str, changes: dict[str, Any]
) -> None:
    claims = content_of(create_access_token(USER_ID, SESSION_ID)) | changes
    token = jwt.encode(claims, signing_keys()[0].private, algorithm)

    with pytest.raises(UnauthorizedError):
        decode_access_token(token)


def test_a_token_has_one_spelling_only() -> None:
    token = create_access_token(USER_ID, SESSION_ID)

    for spelling in (token + "=", token + "==", token + "\n"):
        with pytest.raises(UnauthorizedError):
            decode_access_token(spelling)


@pytest.mark.parametrize("text", ["", "\x00\udfff", "ä" * 100, "\udfff.\udfff.\udfff", "🫖"])
def test_text_that_no_header_can_carry_is_refused(text: str) -> None:
    with pytest.raises(UnauthorizedError):
        decode_access_token(text)


def test_opaque_tokens_are_random_and_stored_as_a_digest() -> None:
    tokens = {new_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(len(token) >= 43 for token in tokens)
    assert {len(hash_token(token)) for token in tokens} == {32}


def test_opaque_tokens_need_no_escape_in_a_link() -> None:
    tokens = [new_token() for _ in range(100)]

    assert [quote(token, safe="") for token in tokens] == tokens
