"""The rules for answers: what is refused, why, and what to answer instead."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from slugify import slugify

QUESTIONS = json.loads(Path(__file__).with_name("cookiecutter.json").read_text(encoding="utf-8"))
CHOICES = {
    question: answers
    for question, answers in QUESTIONS.items()
    if isinstance(answers, list) and not question.startswith("_")
}

# The longest name still fits into a line of 100 columns in `app/config.py`.
LONGEST_IN_COLUMNS = {"project_name": 70, "description": 200, "author_name": 70}
LONGEST_SLUG = 50  # a label of a host name has 63; the rest is for suffixes
LONGEST_EMAIL, LONGEST_LOCAL_PART = 254, 64  # RFC 5321, section 4.5.3.1

RefusedPair = tuple[tuple[str, str], tuple[str, str], str]

# Two answers that do not work together: (one, the other, why and what to do instead).
REFUSED_PAIRS: tuple[RefusedPair, ...] = (
    (
        ("database", "mongodb"),
        ("python_version", "3.14"),
        "Beanie 2.2 stops below Python 3.14; answer 3.13",
    ),
)

# Characters that break a line, reorder it, hide in it or are none: a reader and Python would see
# different texts, or a YAML file could not be read.
MISLEADING = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ud800-\udfff"
    r"\ufeff\ufffe\uffff]"
)
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
WINDOWS_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")
EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]",
    re.IGNORECASE,
)


def slug(name: object) -> str:
    """Make a folder name from a project name in any script; never an invalid one."""
    words = slugify(str(name))[:40].strip("-")
    if SLUG.fullmatch(words) and not WINDOWS_DEVICES.fullmatch(words):
        return words
    return f"service-{words}" if words else "my-service"


def slug_fault(value: str) -> str | None:
    """Say why a slug cannot be folder, package, image and host name at once."""
    if WINDOWS_DEVICES.fullmatch(value):
        return f"is a name that Windows reserves; try {slug(value)}"
    if not SLUG.fullmatch(value) or len(value) > LONGEST_SLUG:
        return (
            "must be lower-case ASCII words of letters and digits, joined by single hyphens, "
            f"with a letter first and at most {LONGEST_SLUG} characters; try {slug(value)}"
        )
    return None


def email_fault(value: str) -> str | None:
    """Say why a text is no plain e-mail address."""
    is_too_long = len(value) > LONGEST_EMAIL or value.find("@") > LONGEST_LOCAL_PART
    if not EMAIL.fullmatch(value) or is_too_long:
        return f"must be a plain e-mail address; try {QUESTIONS['author_email']}"
    return None


def columns(text: str) -> int:
    """Count the columns that a text can take in a source file, escapes included."""
    wide = sum(c in "\"'\\" or unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide


def text_fault(question: str, value: str) -> str | None:
    """Say why a free text cannot stand on one line of every file that uses it."""
    if MISLEADING.search(value):
        return (
            "must be one line without control, direction or invisible characters; "
            "type it again as plain text"
        )
    if not value or value != value.strip():
        return f"must not be empty, nor begin or end with a space; try {QUESTIONS[question]}"
    if columns(value) > LONGEST_IN_COLUMNS[question]:
        return (
            f"must fit into {LONGEST_IN_COLUMNS[question]} columns (quotes, backslashes and wide "
            "characters take two); shorten it"
        )
    return None


def choice_fault(question: str, value: object) -> str | None:
    """Say why an answer is none of those offered."""
    if value in CHOICES[question]:
        return None
    return f"must be one of {', '.join(CHOICES[question])}; try {CHOICES[question][0]}"


RULES: dict[str, Callable[[str], str | None]] = {
    "project_name": partial(text_fault, "project_name"),
    "project_slug": slug_fault,
    "description": partial(text_fault, "description"),
    "author_name": partial(text_fault, "author_name"),
    "author_email": email_fault,
}


def fault(question: str, value: object) -> str | None:
    """Say which rule of its question an answer breaks, and what to answer instead."""
    if question in CHOICES:
        return choice_fault(question, value)
    if question not in RULES:
        return None
    return RULES[question](value) if isinstance(value, str) else "must be a text; put it in quotes"


def refusals(answers: Mapping[str, Any]) -> list[str]:
    """Return a line for each rule that the answers break; questions not yet answered break none."""
    faults = {name: fault(name, answers[name]) for name in QUESTIONS if name in answers}
    lines = [f"{question}: {broken}" for question, broken in faults.items() if broken]
    for (question, answer), (other, other_answer), reason in REFUSED_PAIRS:
        if answers.get(question) == answer and answers.get(other) == other_answer:
            lines.append(f"{question}: {answer} does not go with {other} {other_answer}; {reason}")
    return lines
