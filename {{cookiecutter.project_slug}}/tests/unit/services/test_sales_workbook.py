"""The sales report as XLSX, read back as the XML that it is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

import pytest

from app.services import sales_workbook
from app.services.sales_report import SalesLine
from app.services.sales_workbook import as_xlsx

NAMES = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
LINE = SalesLine(date(2026, 3, 1), "Green tea", "EUR", 3, 1_250, 2)
TOTALS, LINES = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"


def part(workbook: bytes, name: str) -> Element:
    """Return a part of a workbook."""
    with ZipFile(BytesIO(workbook)) as archive:
        return fromstring(archive.read(name))  # noqa: S314 - our own


def sheet(workbook: bytes, name: str) -> dict[str, str | float]:
    """Return what the cells of a sheet hold: texts, and numbers."""
    return {
        cell.attrib["r"]: (
            "".join(cell.itertext())
            if cell.get("t") == "inlineStr"
            else float(cell.findtext("x:v", namespaces=NAMES) or "nan")
        )
        for cell in part(workbook, name).iterfind(".//x:c", NAMES)
    }


def number_format(workbook: bytes, sheet_name: str, cell: str) -> str:
    """Return how a cell shows its number."""
    styles = part(workbook, "xl/styles.xml")
    (found,) = part(workbook, sheet_name).iterfind(f".//x:c[@r='{cell}']", NAMES)
    style = styles.findall("x:cellXfs/x:xf", NAMES)[int(found.attrib["s"])]
    built_in = {"3": "#,##0", "4": "#,##0.00"}
    own = {
        entry.attrib["numFmtId"]: entry.attrib["formatCode"]
        for entry in styles.iterfind("x:numFmts/x:numFmt", NAMES)
    }
    return (built_in | own)[style.attrib["numFmtId"]]


def test_lines_stand_under_their_headings_with_real_numbers_and_dates() -> None:
    workbook = as_xlsx([LINE], "Sales of March")

    day = (date(2026, 3, 1) - date(1899, 12, 30)) / timedelta(days=1)
    assert list(sheet(workbook, LINES).values()) == [
        *("Day", "Product", "Currency", "Quantity", "Revenue", "Orders"),
        *(day, "Green tea", "EUR", 3, 12.5, 2),
    ]


@pytest.mark.parametrize(
    ("cell", "shown"), [("A2", "yyyy-mm-dd"), ("D2", "#,##0"), ("E2", "#,##0.00"), ("E3", "#,##0")]
)
def test_cells_show_dates_and_the_decimals_of_each_currency(cell: str, shown: str) -> None:
    workbook = as_xlsx([LINE, replace(LINE, currency="JPY")], "Sales")

    assert number_format(workbook, LINES, cell) == shown


def test_totals_are_by_currency_under_the_title() -> None:
    lines = [
        LINE,
        replace(LINE, currency="JPY"),
        replace(LINE, quantity=1, revenue_cents=-50),
        replace(LINE, currency="CHF", quantity=0, revenue_cents=0),
    ]

    workbook = as_xlsx(lines, "Sales of March")

    assert list(sheet(workbook, TOTALS).values()) == [
        "Sales of March",
        *("Currency", "Quantity", "Revenue"),
        *("CHF", 0, 0),
        *("EUR", 4, 12),
        *("JPY", 3, 1_250),
    ]
    assert number_format(workbook, TOTALS, "C5") == "#,##0.00"
    assert number_format(workbook, TOTALS, "C6") == "#,##0"


def test_headings_stay_in_sight() -> None:
    (pane,) = part(as_xlsx([LINE], "Sales"), LINES).iterfind(".//x:pane", NAMES)

    assert (pane.attrib["state"], pane.attrib["topLeftCell"]) == ("frozen", "A2")


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "{=1+1}",
        "@SUM(A1)",
        "https://www.example.com/",
        "internal:Totals!A1",
        "mailto:ann@example.com",
        "0123",
        "Tea & <b>biscuits</b>",
        " Чай ",
        "Tea\N{NO-BREAK SPACE}茶",
    ],
)
def test_name_stays_the_text_that_it_is(name: str) -> None:
    workbook = as_xlsx([replace(LINE, product_name=name)], name)

    assert sheet(workbook, LINES)["B2"] == name
    assert sheet(workbook, TOTALS)["A1"] == name
    xml = part(workbook, LINES)
    assert not [*xml.iterfind(".//x:f", NAMES), *xml.iterfind(".//x:hyperlink", NAMES)]


@pytest.mark.parametrize("name", ["<r><t>x</r>", "<r></is></c><c><f>1+1</f></c></r>"])
def test_name_that_looks_like_markup_of_the_library_is_a_text_too(name: str) -> None:
    workbook = as_xlsx([replace(LINE, product_name=name)], name)

    assert sheet(workbook, LINES)["B2"] == f" {name}"
    assert sheet(workbook, TOTALS)["A1"] == f" {name}"


@pytest.mark.parametrize("name", ["\x0b\x1f", "\ufffe\uffff", "\N{GRINNING FACE}"])
def test_any_character_leaves_the_workbook_readable(name: str) -> None:
    assert sheet(as_xlsx([replace(LINE, product_name=name)], name), LINES)["C2"] == "EUR"


def sheet_names(workbook: bytes) -> Sequence[str]:
    """Return the names of all sheets."""
    found = part(workbook, "xl/workbook.xml").iterfind(".//x:sheet", NAMES)
    return [entry.attrib["name"] for entry in found]


def test_lines_that_fill_a_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales_workbook, "LINES_PER_SHEET", 2)
    lines = [replace(LINE, quantity=quantity) for quantity in range(5)]

    workbook = as_xlsx(lines, "Sales")

    assert sheet_names(workbook) == ["Totals", "Sales 1", "Sales 2", "Sales 3"]
    cells = [sheet(workbook, f"xl/worksheets/sheet{number}.xml") for number in (2, 3, 4)]
    assert [[each.get("D2"), each.get("D3"), each.get("D4")] for each in cells] == [
        [0, 1, None],
        [2, 3, None],
        [4, None, None],
    ]


def test_report_without_sales_has_its_headings() -> None:
    workbook = as_xlsx([], "Sales")

    assert sheet_names(workbook) == ["Totals", "Sales 1"]
    assert sheet(workbook, LINES)["A1"] == "Day"


def test_the_same_sales_give_the_same_file() -> None:
    first = as_xlsx([LINE], "Sales")

    created = part(first, "docProps/core.xml").findtext("{http://purl.org/dc/terms/}created")
    assert created == "1980-01-01T00:00:00Z"
    assert as_xlsx([LINE], "Sales") == first
