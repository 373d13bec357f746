"""The sales report as CSV."""

import csv
from dataclasses import replace
from datetime import date

import pytest

from app.core.enums import Currency
from app.services.sales_report import DECIMALS, SalesLine, amount, as_csv

LINE = SalesLine(date(2026, 3, 1), "Green tea", "EUR", 3, 1_250, 2)


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Read a report back."""
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True)))


def name_in(name: str) -> str:
    """Return the name of a product as a report shows it."""
    (row,) = rows_of(as_csv([replace(LINE, product_name=name)]))
    return row["product_name"]


def test_report_has_a_row_for_each_line_in_their_order() -> None:
    content = as_csv([LINE, replace(LINE, day=date(2026, 3, 2), currency="JPY", orders=1)])

    assert content.decode("utf-8-sig") == (
        "day,product_name,currency,quantity,revenue,orders\r\n"
        "2026-03-01,Green tea,EUR,3,12.50,2\r\n"
        "2026-03-02,Green tea,JPY,3,1250,1\r\n"
    )


def test_report_without_sales_has_its_headings() -> None:
    assert as_csv([]).decode("utf-8-sig").split() == [
        "day,product_name,currency,quantity,revenue,orders"
    ]


def test_report_begins_with_the_mark_by_which_excel_knows_utf_8() -> None:
    assert as_csv([]).startswith(b"\xef\xbb\xbf")


def test_every_currency_has_its_decimals() -> None:
    assert set(DECIMALS) == set(Currency)


@pytest.mark.parametrize(
    ("cents", "currency", "text"),
    [
        (0, "EUR", "0.00"),
        (5, "EUR", "0.05"),
        (-1_250, "USD", "-12.50"),
        (100_000_000_000_000_001, "RUB", "1000000000000000.01"),
        (0, "JPY", "0"),
        (1_250, "JPY", "1250"),
    ],
)
def test_amount_has_the_decimals_of_its_currency(cents: int, currency: str, text: str) -> None:
    assert str(amount(cents, currency)) == text


def test_amount_in_an_unknown_currency_is_an_error() -> None:
    with pytest.raises(ValueError, match="XXX"):
        amount(1, "XXX")


@pytest.mark.parametrize(
    "name",
    [
        "Tea, green",
        'The "best" tea',
        "Tea\nin two lines",
        "Чай",
        "茶",
        "Tea - 100 g",
        "1+1=2",
        "a@b",
    ],
)
def test_name_that_is_no_formula_comes_back_as_it_was(name: str) -> None:
    assert name_in(name) == name


@pytest.mark.parametrize("first", [*"=+-@\t\r", "\N{FULLWIDTH EQUALS SIGN}", " =", '"=', "\n="])
def test_name_that_looks_like_a_formula_is_defused(first: str) -> None:
    assert name_in(f"{first}1+1") == f"'{first}1+1".replace("\n=", "\n'=")


@pytest.mark.parametrize("separator", [";", "\t", "\n", "; ", ';"'])
def test_formula_behind_what_some_take_for_the_end_of_a_cell_is_defused(separator: str) -> None:
    assert name_in(f"Tea{separator}=1+1") == f"Tea{separator[0]}'{separator[1:]}=1+1"
