"""Tokens that python-jose 3.5.0 made, by `jose.jwt.encode(CLAIMS, KEY, algorithm=...)`."""

from uuid import UUID

import jwt
import pytest
from pydantic import SecretStr

from app.config import settings
from app.core.exceptions import UnauthorizedError
from app.core.security import AccessClaims, decode_access_token

KEY = "kY3pT9vXw2Qm7RfL5sZc8NbHd4JgUa6Ee1VoIxCt"
SPEAKER = AccessClaims(
    user_id=UUID("0190d2f1-7c44-7e7e-8a55-0f6c0de1c001"),
    session_id=UUID("0190d2f1-7c44-7e7e-8a55-0f6c0de1c002"),
)
CLAIMS = {
    "sub": str(SPEAKER.user_id),
    "sid": str(SPEAKER.session_id),
    "typ": "access",
    "iat": 1_735_689_600,
    "exp": 4_102_444_800,  # in the year 2100
}

TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJzdWIiOiIwMTkwZDJmMS03YzQ0LTdlN2UtOGE1NS0wZjZjMGRlMWMwMDEiLCJzaWQiOiIwMTkwZDJmMS03YzQ0"
    "LTdlN2UtOGE1NS0wZjZjMGRlMWMwMDIiLCJ0eXAiOiJhY2Nlc3MiLCJpYXQiOjE3MzU2ODk2MDAsImV4cCI6NDEw"
    "MjQ0NDgwMH0."
    "0c9cQnCSYixKRf2V6v7_a9T1Ba5X8t_yXz0uiGgyE7g"
)
# The same times as `datetime`, and one claim more, in Cyrillic.
TOKEN_WITH_NAME = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJzdWIiOiIwMTkwZDJmMS03YzQ0LTdlN2UtOGE1NS0wZjZjMGRlMWMwMDEiLCJzaWQiOiIwMTkwZDJmMS03YzQ0"
    "LTdlN2UtOGE1NS0wZjZjMGRlMWMwMDIiLCJ0eXAiOiJhY2Nlc3MiLCJpYXQiOjE3MzU2ODk2MDAsImV4cCI6NDEw"
    "MjQ0NDgwMCwibmFtZSI6Ilx1MDQyN1x1MDQzMFx1MDQzOVx1MDQzZFx1MDQzOFx1MDQzYSJ9."
    "E7VtxpOmJrAIdPwdYHKnLz75SjONDVQ_TIsZTeSBkf4"
)
TOKEN_HS512 = (
    "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9."
    "eyJzdWIiOiIwMTkwZDJmMS03YzQ0LTdlN2UtOGE1NS0wZjZjMGRlMWMwMDEiLCJzaWQiOiIwMTkwZDJmMS03YzQ0"
    "LTdlN2UtOGE1NS0wZjZjMGRlMWMwMDIiLCJ0eXAiOiJhY2Nlc3MiLCJpYXQiOjE3MzU2ODk2MDAsImV4cCI6NDEw"
    "MjQ0NDgwMH0."
    "555Z4m_wGpCm71AzdMLm-Ogsm7YFPvJQI5mPNeuVEGDzNd44gCQ_Dd3eeydIrlJTfrDPyrmIGFQgY5WaVha_ow"
)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign with the key that python-jose had."""
    monkeypatch.setattr(settings, "secret_key", SecretStr(KEY))


@pytest.mark.parametrize("token", [TOKEN, TOKEN_WITH_NAME])
def test_a_token_of_python_jose_with_the_same_key_and_claims_is_accepted(token: str) -> None:
    assert decode_access_token(token) == SPEAKER


def test_a_token_of_python_jose_is_accepted_while_its_key_is_among_the_previous_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "secret_key", SecretStr(KEY[::-1]))
    monkeypatch.setattr(settings, "previous_secret_keys", [SecretStr("k" * 40), SecretStr(KEY)])

    assert decode_access_token(TOKEN) == SPEAKER


def test_the_same_claims_make_the_same_token_in_both_libraries() -> None:
    assert jwt.encode(CLAIMS, KEY, algorithm="HS256") == TOKEN


@pytest.mark.parametrize("token", [TOKEN[:-1] + "A", TOKEN_HS512])
def test_a_token_of_python_jose_is_refused_when_it_would_be_refused_from_anyone(
    token: str,
) -> None:
    with pytest.raises(UnauthorizedError):
        decode_access_token(token)


def test_a_token_of_python_jose_with_another_key_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "secret_key", SecretStr(KEY[::-1]))

    with pytest.raises(UnauthorizedError):
        decode_access_token(TOKEN)
