"""The sales report as XLSX, for people to read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from app.services.sales_report import DECIMALS, SalesLine, amount

# Headings, each with the width of its column in characters.
TOTALS = {"Currency": 12, "Quantity": 12, "Revenue": 20}
LINES = {"Day": 12, "Product": 50, "Currency": 12, "Quantity": 12, "Revenue": 20, "Orders": 12}

# Excel's sheets have 1,048,576 rows.
LINES_PER_SHEET = 1_000_000
# With the time of writing, two reports of the same sales would differ.
CREATED = datetime(1980, 1, 1, tzinfo=UTC)


def as_xlsx(lines: Sequence[SalesLine], title: str) -> bytes:
    """Write a workbook: the title over the totals of each currency, then sheets with all lines.

    Rows go to temporary files at once, so that memory does not grow with the lines.
    """
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"title": title, "created": CREATED})
        styles = Styles(book)
        add_totals(book.add_worksheet("Totals"), styles, lines, title)
        for number, start in enumerate(range(0, len(lines) or 1, LINES_PER_SHEET), 1):
            sheet = book.add_worksheet(f"Sales {number}")
            add_lines(sheet, styles, lines[start : start + LINES_PER_SHEET])
    return file.getvalue()


class Styles:
    """How the cells of a workbook look."""

    def __init__(self, book: Any) -> None:
        """Make the styles known to the workbook."""
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.heading = book.add_format({"bold": True, "bottom": 1})
        self.text = book.add_format()
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.count = book.add_format({"num_format": "#,##0"})
        self.amounts: dict[str, Any] = {
            currency: book.add_format({"num_format": f"#,##0.{'0' * decimals}".rstrip(".")})
            for currency, decimals in DECIMALS.items()
        }


def add_totals(sheet: Any, styles: Styles, lines: Iterable[SalesLine], title: str) -> None:
    """Fill the first sheet; orders have no sum there, because one may be on several lines."""
    quantities, revenues = Counter[str](), Counter[str]()
    for line in lines:
        quantities[line.currency] += line.quantity
        revenues[line.currency] += line.revenue_cents
    write(sheet, 0, 0, title, styles.title)
    add_headings(sheet, styles, 2, TOTALS)
    for row, currency in enumerate(sorted(quantities), 3):
        write(sheet, row, 0, currency, styles.text)
        write(sheet, row, 1, quantities[currency], styles.count)
        write(sheet, row, 2, amount(revenues[currency], currency), styles.amounts[currency])


def add_lines(sheet: Any, styles: Styles, lines: Sequence[SalesLine]) -> None:
    """Fill a sheet with lines under headings that stay in sight."""
    add_headings(sheet, styles, 0, LINES)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(lines), len(LINES) - 1)
    for row, line in enumerate(lines, 1):
        write(sheet, row, 0, line.day, styles.day)
        write(sheet, row, 1, line.product_name, styles.text)
        write(sheet, row, 2, line.currency, styles.text)
        write(sheet, row, 3, line.quantity, styles.count)
        revenue = amount(line.revenue_cents, line.currency)
        write(sheet, row, 4, revenue, styles.amounts[line.currency])
        write(sheet, row, 5, line.orders, styles.count)


def add_headings(sheet: Any, styles: Styles, row: int, widths: dict[str, int]) -> None:
    """Write a row of headings, and make the columns as wide as they need."""
    for column, (heading, width) in enumerate(widths.items()):
        sheet.set_column(column, column, width)
        write(sheet, row, column, heading, styles.heading)


def write(sheet: Any, row: int, column: int, value: str | date | Decimal | int, style: Any) -> None:
    """Write a cell whose type is the value's own: a text never becomes a formula or a link."""
    match value:
        case str():
            sheet.write_string(row, column, not_markup(value), style)
        case date():
            sheet.write_datetime(row, column, value, style)
        case _:
            sheet.write_number(row, column, value, style)


def not_markup(text: str) -> str:
    """Put a space before what XlsxWriter would take for markup of its own, and not escape."""
    return f" {text}" if text.startswith("<r>") else text
