"""Passwords that are guessed first, and so refused; what one is composed of is up to its owner.

`common_passwords.txt` holds the 5,000 most common ones of at least 12 characters in the list
"10 million passwords" of SecLists (https://github.com/danielmiessler/SecLists, MIT licence).
"""

import re
from pathlib import Path

from app.config import settings
from app.core.exceptions import GuessablePasswordError
from app.core.passwords import canonical

COMMON_PASSWORDS = frozenset(
    Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split("\n")
)

# Alphabets and keyboards; a finger follows them in both directions, and starts over at the end.
RUNS = (
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "йцукенгшщзхъфывапролджэячсмитьбю",
)

# Nobody's name, but what people most often put digits behind.
FAVOURITES = "password passwort пароль qwerty welcome letmein admin"

# A longer one is a password of its own, and no weaker for being typed twice.
LONGEST_PATTERN = 11


def refuse_guessable(password: str, email: str) -> None:
    """Refuse a password that comes early in anybody's guesses for this account.

    Raises:
        GuessablePasswordError: it is common, a repetition, a run, or a name with digits.
    """
    folded = canonical(password).casefold()
    if (
        folded in COMMON_PASSWORDS
        or is_repetition(folded)
        or is_run(folded)
        or bare(folded) in names(email)
    ):
        raise GuessablePasswordError


def is_repetition(password: str) -> bool:
    """Tell whether one character, or a short pattern, is all that it consists of."""
    longest = min(len(password) // 2, LONGEST_PATTERN)
    return any(password[size:] == password[:-size] for size in range(1, longest + 1))


def is_run(password: str) -> bool:
    """Tell whether it follows an alphabet or a keyboard from start to end."""
    return any(password in order * len(password) for run in RUNS for order in (run, run[::-1]))


def names(email: str) -> set[str]:
    """Return the bare names that an account suggests: its address, the service, their parts."""
    texts = (email, *email.split("@"), settings.project_name, FAVOURITES)
    words = {word for text in texts for word in (text, *re.split(r"[\W_]+", text))}
    return {bare(canonical(word).casefold()) for word in words} - {""}


def bare(text: str) -> str:
    """Leave away what hides a name: all but the letters, or but the digits if it has no letters."""
    return "".join(filter(str.isalpha, text)) or "".join(filter(str.isdigit, text))
