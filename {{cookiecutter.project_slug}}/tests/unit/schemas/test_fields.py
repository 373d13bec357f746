"""The constrained types that all schemas share."""

import math
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.schemas import fields

TOO_LONG_EMAIL = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.example"


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("Email", "Ann.Lee@Example.COM", "ann.lee@example.com"),
        ("Email", "ÄNN@example.com", "änn@example.com"),
        ("Password", "twelve chars", "twelve chars"),
        ("Password", "  пароль с чайником\n ", "  пароль с чайником\n "),
        ("Password", "🫖" * 128, "🫖" * 128),
        ("FullName", "  Ann Lee ", "Ann Lee"),
        ("FullName", "", ""),
        ("FullName", "'; DROP TABLE users; --", "'; DROP TABLE users; --"),
        ("ProductName", " Чайник 🫖 ", "Чайник 🫖"),
        ("Description", "first line\n\tsecond line", "first line\n\tsecond line"),
        ("SearchText", " 100%_\\ ", "100%_\\"),
        ("PriceCents", 0, 0),
        ("PriceCents", 100_000_000_000, 100_000_000_000),
        ("Stock", 1_000_000_000, 1_000_000_000),
        ("Quantity", 1_000, 1_000),
        ("Quantity", 3.0, 3),
    ],
    ids=ascii,
)
def test_a_good_value_is_kept_as_it_is_or_tidied(kind: str, given: Any, kept: Any) -> None:
    assert TypeAdapter(getattr(fields, kind)).validate_python(given) == kept


TEXTS = (
    fields.Email,
    fields.Password,
    fields.FullName,
    fields.ProductName,
    fields.Description,
    fields.SearchText,
)
WHOLE_NUMBERS = (fields.PriceCents, fields.Stock, fields.Quantity)


@pytest.mark.parametrize("kind", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize(
    "bad",
    ["ann\x00ann@example.com", "ann\ud800ann@example.com", None, 7, True, ["a"], {}, math.nan],
    ids=ascii,
)
def test_a_text_holds_no_nul_no_lone_surrogate_and_is_nothing_else(kind: Any, bad: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(bad)


@pytest.mark.parametrize("kind", WHOLE_NUMBERS, ids=range(len(WHOLE_NUMBERS)))
@pytest.mark.parametrize(
    "bad",
    [-1, 2**31 * 1_000, 2**63, 10**400, 1.5, math.nan, math.inf, "1", True, None, [1]],
    ids=range(11),
)
def test_a_number_is_whole_bounded_and_no_text(kind: Any, bad: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(bad)


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (fields.Email, "no address"),
        (fields.Email, "ann@localhost"),
        (fields.Email, "ann@example.test"),
        (fields.Email, "ann@example.com\nBcc: all@example.com"),
        (fields.Email, TOO_LONG_EMAIL),
        (fields.Password, "eleven char"),
        (fields.Password, "x" * 129),
        (fields.FullName, "x" * 101),
        (fields.FullName, "two\nlines"),
        (fields.ProductName, "   "),
        (fields.ProductName, "x" * 201),
        (fields.ProductName, "a tab\tin it"),
        (fields.ProductName, "an escape \x1b[31m"),
        (fields.Description, "x" * 10_001),
        (fields.SearchText, " "),
        (fields.SearchText, "x" * 101),
        (fields.PriceCents, 100_000_000_001),
        (fields.Stock, 1_000_000_001),
        (fields.Quantity, 0),
        (fields.Quantity, 1_001),
    ],
    ids=range(20),
)
def test_a_value_outside_its_bounds_is_refused(kind: Any, bad: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(bad)


def test_the_dearest_order_still_fits_64_bits() -> None:
    dearest_line = 100_000_000_000 * 1_000

    assert 50 * dearest_line < 2**63
