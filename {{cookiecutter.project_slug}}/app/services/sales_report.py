"""What a sales report tells, and the report as CSV, for programs to read."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO

from app.core.enums import Currency

# How many digits of an amount stand behind the point, by ISO 4217.
DECIMALS = {
    Currency.EUR: 2,
    Currency.USD: 2,
    Currency.GBP: 2,
    Currency.CHF: 2,
    Currency.RUB: 2,
    Currency.JPY: 0,
}

# What spreadsheets take for the start of a formula, where a cell may begin: at the text's start,
# or after a semicolon, tab or line break, which some countries' settings read as a cell's end.
FORMULA = re.compile(r"(^|[;\t\r\n])(?=[\s\"']*[=+\-@＝＋－＠]|[\t\r])")


@dataclass(frozen=True)
class SalesLine:
    """What was sold of a product on a day in a currency, and in how many orders."""

    day: date
    product_name: str
    currency: str
    quantity: int
    revenue_cents: int
    orders: int


def amount(cents: int, currency: str) -> Decimal:
    """Return an amount of a currency's smallest unit in its main unit."""
    return Decimal(cents).scaleb(-DECIMALS[Currency(currency)])


def as_csv(lines: Iterable[SalesLine]) -> bytes:
    """Write the lines as RFC 4180 says, with an apostrophe before what looks like a formula.

    The file begins with a byte order mark: without one, Excel takes UTF-8 for another encoding.
    """
    file = StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["day", "product_name", "currency", "quantity", "revenue", "orders"])
    for line in lines:
        name, revenue = defused(line.product_name), amount(line.revenue_cents, line.currency)
        writer.writerow([line.day, name, line.currency, line.quantity, revenue, line.orders])
    return file.getvalue().encode("utf-8-sig")


def defused(text: str) -> str:
    """Keep spreadsheets from taking a text for a formula."""
    return FORMULA.sub(r"\1'", text)
