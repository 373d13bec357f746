"""Cursors of keyset pages."""

import base64
import hmac

import pytest
from pytest_mock import MockerFixture

from app.core.exceptions import InvalidCursorError
from app.core.ids import new_id
from app.core.pagination import PageRequest, Position, make_cursor, read_cursor
from app.schemas.base import PageQuery

ORDER = "Product-created_at"


@pytest.mark.parametrize("value", [None, 0, 100_000_000_000, "Teapot", "Чайник 🫖 'x\\\""])
def test_a_cursor_gives_back_the_position_it_was_made_of(value: str | int | None) -> None:
    position = Position(new_id(), value)

    cursor = make_cursor(position, ORDER)

    assert read_cursor(cursor, ORDER) == position


@pytest.mark.parametrize("letter", ["a", '"', "Ж", "🫖"])
def test_a_cursor_of_the_longest_name_is_accepted_when_it_comes_back(letter: str) -> None:
    cursor = make_cursor(Position(new_id(), letter * 200), ORDER)

    assert PageQuery(cursor=cursor).cursor == cursor


def decoded(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_a_cursor_with_any_one_byte_changed_is_refused() -> None:
    raw = decoded(make_cursor(Position(new_id(), "Teapot"), ORDER))

    for index in range(len(raw)):
        changed = bytearray(raw)
        changed[index] ^= 1
        with pytest.raises(InvalidCursorError):
            read_cursor(encoded(bytes(changed)), ORDER)


def test_a_cursor_cut_short_anywhere_is_refused() -> None:
    cursor = make_cursor(Position(new_id()), ORDER)

    for length in range(len(cursor)):
        with pytest.raises(InvalidCursorError):
            read_cursor(cursor[:length], ORDER)


@pytest.mark.parametrize("cursor", ["a", "AAAA", "not base64!", "ä", "-_-_", "A" * 1_000, "\x00"])
def test_text_that_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        read_cursor(cursor, ORDER)


@pytest.mark.parametrize("other", ["Order-created_at", "Productcreated_at", "Product-name", ""])
def test_a_cursor_of_another_list_or_order_is_refused(other: str) -> None:
    cursor = make_cursor(Position(new_id()), ORDER)

    with pytest.raises(InvalidCursorError):
        read_cursor(cursor, other)


def test_a_request_without_a_cursor_starts_at_the_start() -> None:
    assert PageRequest(limit=20).after("Product") is None


def test_a_request_with_a_cursor_continues_behind_its_position() -> None:
    position = Position(new_id())
    page = PageRequest(limit=20, cursor=make_cursor(position, ORDER))

    assert page.after("Product") == position


def test_signatures_are_compared_in_a_time_that_tells_nothing(mocker: MockerFixture) -> None:
    compare = mocker.spy(hmac, "compare_digest")
    cursor = make_cursor(Position(new_id()), ORDER)

    read_cursor(cursor, ORDER)

    compare.assert_called_once_with(cursor, cursor)
