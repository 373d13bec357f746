"""Passwords that are refused because they are guessed first, and those that are not."""

import secrets
import unicodedata
from pathlib import Path

import pytest

from app.config import settings
from app.core import password_rules
from app.core.exceptions import GuessablePasswordError
from app.core.password_rules import COMMON_PASSWORDS, refuse_guessable

EMAIL = "ann.lee@mail.example.com"


@pytest.fixture(autouse=True)
def project_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Call the service something that the passwords below can be compared with."""
    monkeypatch.setattr(settings, "project_name", "Чайник & Co. Teapots")


def test_the_list_has_five_thousand_passwords_of_twelve_characters_and_more() -> None:
    lines = Path(password_rules.__file__).with_name("common_passwords.txt").read_text().splitlines()

    assert len(lines) == len(set(lines)) == 5_000
    assert min(map(len, lines)) == 12
    assert set(lines) == {line.casefold() for line in lines}
    assert set(lines) <= COMMON_PASSWORDS


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "PassWord1234",
        "1q2w3e4r5t6y",
        "unbelievable",
        "UNBELIEVABLE",
        "Password123!",
        "2024-Qwerty!",
        "Welcome2024!",
        "Пароль123456",
    ],
)
def test_a_common_password_is_refused_however_its_letters_are_written(password: str) -> None:
    with pytest.raises(GuessablePasswordError):
        refuse_guessable(password, EMAIL)


@pytest.mark.parametrize(
    "password",
    [
        "k" * 12,
        " " * 12,
        "🫖" * 12,
        "Kk" * 6,
        "7K7k7K7k7K7k7",
        "k7#" * 4,
        "k7#x" * 3,
        "k7#xp" * 2 + "k7",
        "k7#xpq" * 2,
        "k7#xpqz" * 2,
        "kettle room" * 11,
        "e\u0301k" * 6,
        "\u00e9ke\u0301k" * 4,
    ],
)
def test_a_repetition_is_refused(password: str) -> None:
    with pytest.raises(GuessablePasswordError):
        refuse_guessable(password, EMAIL)


@pytest.mark.parametrize(
    "password",
    [
        "abcdefghijkl",
        "ABCDEFghijkl",
        "nmlkjihgfedcb",
        "yzabcdefghijklmn",
        "123456789012",
        "987654321098",
        "5678901234567890",
        "qwertyuiopas",
        "asdfghjklzxcvbnm",
        "mnbvcxzlkjhgf",
        "абвгдеёжзийк",
        "йцукенгшщзхъ",
        "1234567890" * 12 + "12345678",
    ],
)
def test_a_run_along_an_alphabet_or_a_keyboard_is_refused(password: str) -> None:
    with pytest.raises(GuessablePasswordError):
        refuse_guessable(password, EMAIL)


@pytest.mark.parametrize(
    ("password", "email"),
    [
        ("ann.lee@mail.example.com", EMAIL),
        ("Ann.Lee@Mail.Example.Com1", EMAIL),
        ("ann.lee12345", EMAIL),
        ("2024_AnnLee!!", EMAIL),
        ("--lee-1984--", EMAIL),
        ("mail.example.com", EMAIL),
        ("Example20240101!", EMAIL),
        ("jo1234567891", "jo@example.com"),
        ("annabella.lee", "annabella.lee@example.com"),
        ("annabella+shop", "annabella+shop@example.com"),
        ("annabella-1234", "annabella+shop@example.com"),
        ("491701234567", "491701234567@example.com"),
        ("+49 170 1234567", "491701234567@example.com"),
        ("jose\u0301-1234567", "jos\u00e9@example.com"),
        ("Дмитрий12345", "дмитрий@example.com"),
    ],
)
def test_the_own_address_and_its_parts_are_refused_with_digits_and_signs_around(
    password: str, email: str
) -> None:
    with pytest.raises(GuessablePasswordError):
        refuse_guessable(password, email)


@pytest.mark.parametrize(
    "password", ["Чайник & Co. Teapots", "teapots-2024!", "ЧАЙНИК-123456", "ЧайникCoTeapots1"]
)
def test_the_name_of_the_service_is_refused_with_digits_and_signs_around(password: str) -> None:
    with pytest.raises(GuessablePasswordError):
        refuse_guessable(password, EMAIL)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "correct horse battery" * 2,
        "lee likes tea",
        "annleeteapots",
        "пароль с чайником",
        "zażółć gęślą",
        "パスワードは長い方がいいです",
        "🫖🍵🥛🍪🧁🍰🥧🍫🍬🍭🍮🍯",
        "                        a b",
        "\t tab\nand new line",
        "k7#xpqzm!vk7",
        "837229104756",
        "$%&/()=?!'*+",
        "abcdefghijklx",
        "12345678901b3",
        "x" * 64 + "y" * 64,
        secrets.token_urlsafe(16),
    ],
    ids=range(17),
)
def test_any_other_password_is_accepted_whatever_it_is_composed_of(password: str) -> None:
    refuse_guessable(password, EMAIL)
    refuse_guessable(unicodedata.normalize("NFD", password), EMAIL)


@pytest.mark.parametrize("email", ["", "@", "a@b", "1@2", "@@@", "no address"])
def test_an_address_without_a_name_in_it_refuses_nothing(email: str) -> None:
    refuse_guessable("837229104756", email)
    refuse_guessable("$%&/()=?!'*+", email)


def test_the_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(GuessablePasswordError) as refused:
        refuse_guessable("password1234", EMAIL)

    assert "password1234" not in refused.value.message
    assert (refused.value.status, refused.value.code) == (422, "guessable_password")
