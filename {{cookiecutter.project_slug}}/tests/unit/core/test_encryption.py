"""Secrets that are stored encrypted."""

import pytest
from pydantic import SecretStr

from app.config import settings
from app.core.encryption import KeyLostError, decrypt, encrypt

PLAIN = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD, NEW = "o1d" * 13, "n3w" * 13


def use(monkeypatch: pytest.MonkeyPatch, current: str, *previous: str) -> None:
    """Set the keys."""
    monkeypatch.setattr(settings, "secret_key", SecretStr(current))
    monkeypatch.setattr(settings, "previous_secret_keys", [SecretStr(key) for key in previous])


def test_what_was_encrypted_is_read_again_and_is_not_in_what_is_stored() -> None:
    stored = encrypt(PLAIN, "a purpose", "an owner")

    assert decrypt(stored, "a purpose", "an owner") == PLAIN
    assert PLAIN not in stored
    assert PLAIN[6:] not in stored


def test_the_same_is_never_stored_in_the_same_way() -> None:
    assert len({encrypt(PLAIN, "a purpose", "an owner") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("purpose", "owner"), [("another purpose", "an owner"), ("a purpose", "another owner")]
)
def test_it_is_unreadable_in_the_place_of_another_one(purpose: str, owner: str) -> None:
    stored = encrypt(PLAIN, "a purpose", "an owner")

    with pytest.raises(KeyLostError):
        decrypt(stored, purpose, owner)


@pytest.mark.parametrize("place", [0, 11, 12, 30, -1])
def test_a_bit_that_was_changed_is_noticed(place: int) -> None:
    stored = bytearray(encrypt(PLAIN, "a purpose", "an owner"))
    stored[place] ^= 1

    with pytest.raises(KeyLostError):
        decrypt(bytes(stored), "a purpose", "an owner")


def test_it_is_read_after_a_rotation_until_the_key_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(monkeypatch, OLD)
    stored = encrypt(PLAIN, "a purpose", "an owner")

    use(monkeypatch, NEW, OLD)
    assert decrypt(stored, "a purpose", "an owner") == PLAIN
    use(monkeypatch, NEW)
    with pytest.raises(KeyLostError):
        decrypt(stored, "a purpose", "an owner")
