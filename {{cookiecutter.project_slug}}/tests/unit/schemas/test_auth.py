"""Tokens in the API: the form of a login."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.schemas.auth import LoginForm, RefreshRequest

FORM = {"username": "ann@example.com", "password": "correct horse battery"}


@pytest.mark.parametrize(
    "more",
    [{}, {"grant_type": "password"}, {"scope": "", "client_id": "docs", "client_secret": "x"}],
)
def test_a_form_as_oauth2_describes_it_is_taken(more: dict[str, str]) -> None:
    form = LoginForm.model_validate(FORM | more)

    assert (form.username, form.password) == (FORM["username"], FORM["password"])


@pytest.mark.parametrize(
    "change",
    [
        {"grant_type": "client_credentials"},
        {"username": ""},
        {"username": "x" * 255},
        {"username": "ann\x00"},
        {"password": ""},
        {"password": "x" * 1_001},
        {"password": "nul\x00nul"},
        {"password": "\ud800"},
    ],
    ids=range(8),
)
def test_a_form_that_cannot_be_a_login_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LoginForm.model_validate(FORM | change)


@pytest.mark.parametrize("token", ["", "x" * 129, "with space", "ä=", "\x00", None, 7], ids=ascii)
def test_text_that_cannot_be_a_refresh_token_is_refused(token: Any) -> None:
    with pytest.raises(ValidationError):
        RefreshRequest.model_validate({"refresh_token": token})
