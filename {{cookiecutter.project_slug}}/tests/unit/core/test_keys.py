"""Signing keys: what they are made of, what they give away, and how they rotate."""

import json

import jwt
import pytest
from pydantic import SecretStr

from app.config import settings
from app.core.exceptions import InvalidCursorError, UnauthorizedError
from app.core.ids import new_id
from app.core.keys import derive_key, public_keys, secrets_in_use, signing_keys
from app.core.pagination import Position, make_cursor, read_cursor
from app.core.security import create_access_token, decode_access_token

USER_ID, SESSION_ID = new_id(), new_id()
OLD, NEW, OTHER = "o1d" * 13, "n3w" * 13, "0ther" * 8


def use(monkeypatch: pytest.MonkeyPatch, algorithm: str, current: str, *previous: str) -> None:
    """Set the algorithm and the keys."""
    monkeypatch.setattr(settings, "algorithm", algorithm)
    monkeypatch.setattr(settings, "secret_key", SecretStr(current))
    monkeypatch.setattr(settings, "previous_secret_keys", [SecretStr(key) for key in previous])


def without_key_id(token: str) -> str:
    """Sign a token again, as python-jose did, which names no key."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims, signing_keys()[0].private, algorithm=settings.algorithm)


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
def test_a_token_from_before_a_rotation_is_valid_until_its_key_is_dropped(
    monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    use(monkeypatch, algorithm, OLD)
    token = create_access_token(USER_ID, SESSION_ID)
    nameless = without_key_id(token)

    use(monkeypatch, algorithm, NEW, OTHER, OLD)

    assert decode_access_token(token) == decode_access_token(nameless)
    use(monkeypatch, algorithm, NEW, OTHER)
    for refused in (token, nameless):
        with pytest.raises(UnauthorizedError):
            decode_access_token(refused)


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
def test_after_a_rotation_the_new_key_signs(
    monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    use(monkeypatch, algorithm, NEW, OLD)

    token = create_access_token(USER_ID, SESSION_ID)

    use(monkeypatch, algorithm, NEW)
    assert decode_access_token(token).user_id == USER_ID
    use(monkeypatch, algorithm, OLD)
    with pytest.raises(UnauthorizedError):
        decode_access_token(token)


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
def test_a_token_is_checked_with_the_key_that_it_names_and_no_other(
    monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    use(monkeypatch, algorithm, NEW, OLD)
    new, old = signing_keys()
    claims = jwt.decode(
        create_access_token(USER_ID, SESSION_ID), options={"verify_signature": False}
    )

    token = jwt.encode(claims, new.private, algorithm=algorithm, headers={"kid": old.id})

    with pytest.raises(UnauthorizedError):
        decode_access_token(token)


def test_a_cursor_from_before_a_rotation_is_valid_until_its_key_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, "HS256", OLD)
    position = Position(new_id(), "Teapot")
    cursor = make_cursor(position, "Product-name")

    use(monkeypatch, "HS256", NEW, OTHER, OLD)

    assert read_cursor(cursor, "Product-name") == position
    assert make_cursor(position, "Product-name") != cursor
    use(monkeypatch, "HS256", NEW, OTHER)
    with pytest.raises(InvalidCursorError):
        read_cursor(cursor, "Product-name")


def test_key_ids_are_short_differ_and_stay_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = []
    for algorithm in ("HS256", "EdDSA", "HS256", "EdDSA"):
        use(monkeypatch, algorithm, NEW, OLD)
        ids += [key.id for key in signing_keys()]

    assert len(set(ids)) == 4
    assert ids[:4] == ids[4:]
    assert {len(key_id) for key_id in ids} == {16}


def test_keys_for_different_purposes_have_nothing_in_common() -> None:
    keys = [derive_key(OLD, purpose) for purpose in ("cursors", "cursor", "")]

    assert len(set(keys)) == 3
    assert all(OLD.encode() not in key for key in keys)


def test_an_ed25519_key_is_published_in_a_form_that_verifies_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, "EdDSA", NEW, OLD)
    token = create_access_token(USER_ID, SESSION_ID)

    key_set = jwt.PyJWKSet.from_dict({"keys": public_keys()})

    key = key_set[jwt.get_unverified_header(token)["kid"]]
    assert jwt.decode(token, key, algorithms=["EdDSA"])["sub"] == str(USER_ID)
    assert [entry["kid"] for entry in public_keys()] == [key.id for key in signing_keys()]


def test_published_keys_hold_nothing_private(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "EdDSA", NEW, OLD)

    published = public_keys()

    assert [set(key) for key in published] == [{"kty", "crv", "x", "kid", "use", "alg"}] * 2
    assert not any(secret in json.dumps(published) for secret in secrets_in_use())


def test_a_secret_that_signs_is_never_published(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "HS256", NEW, OLD)

    assert public_keys() == []


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
def test_a_key_does_not_show_its_secret_when_it_is_printed(
    monkeypatch: pytest.MonkeyPatch, algorithm: str
) -> None:
    use(monkeypatch, algorithm, NEW, OLD)

    shown = repr(signing_keys())

    assert NEW not in shown
    assert OLD not in shown
