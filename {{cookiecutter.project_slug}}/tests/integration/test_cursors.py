"""Cursors that this service did not give out, or gave out for something else."""

import string
from collections.abc import Callable

import pytest
from httpx2 import AsyncClient

from app.core.enums import ProductSort
from tests.factories import Caller, make_order, make_product, make_user

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


async def make_lists(admin: Caller) -> None:
    """Make two things of each kind, so that each list has a second page."""
    for _ in range(2):
        await make_order(admin.user, await make_product())
        await make_user()


async def read(
    client: AsyncClient, caller: Caller, path: str, **query: str
) -> tuple[int, str, str]:
    """Read a page of one item; return the status, the problem's code and the next cursor."""
    params = {"limit": "1", **query}
    response = await client.get(path, params=params, headers=caller.headers)
    body = response.json()
    return response.status_code, body.get("code", ""), body.get("next_cursor") or ""


def flip(character: str, bit: int) -> str:
    """Return the character whose six bits differ in one."""
    return ALPHABET[ALPHABET.index(character) ^ bit]


def tampered(cursor: str) -> set[str]:
    """Return the cursor with each character changed, cut off, and made longer."""
    changed = {
        cursor[:index] + flip(character, 1) + cursor[index + 1 :]
        for index, character in enumerate(cursor)
    }
    cut = {cursor[:length] for length in range(1, len(cursor), 5)}
    return changed | cut | {cursor + "A", cursor * 2, "A" + cursor, cursor.swapcase()}


def with_other_ends(cursor: str) -> set[str]:
    """Return the cursor with each bit of its last character flipped."""
    return {cursor[:-1] + flip(cursor[-1], bit) for bit in (1, 2, 4, 8, 16, 32)}


# Three lengths, since of the last character's six bits two, four or all count.
@pytest.mark.parametrize(
    ("name", "change"),
    [("a", tampered), ("a", with_other_ends), ("ab", with_other_ends), ("abc", with_other_ends)],
)
async def test_cursor_is_refused_after_every_change(
    client: AsyncClient, customer: Caller, name: str, change: Callable[[str], set[str]]
) -> None:
    for _ in range(2):
        await make_product(name=name)
    status, _, cursor = await read(client, customer, "/products/", sort="name")
    assert (status, len(cursor) > 40) == (200, True)

    answers = {
        changed: (await read(client, customer, "/products/", sort="name", cursor=changed))[:2]
        for changed in change(cursor)
    }

    wrong = {cursor for cursor, answer in answers.items() if answer != (400, "invalid_cursor")}
    assert wrong == set()
    again = await read(client, customer, "/products/", sort="name", cursor=cursor)
    assert again[0] == 200


async def test_cursor_of_another_list_is_refused(client: AsyncClient, admin: Caller) -> None:
    await make_lists(admin)
    paths = ("/products/", "/users/", "/orders/")
    cursors = {path: (await read(client, admin, path))[2] for path in paths}

    answers = {
        (path, source): (await read(client, admin, path, cursor=cursor))[:2]
        for path in paths
        for source, cursor in cursors.items()
        if source != path
    }

    assert len(answers) == 6
    assert set(answers.values()) == {(400, "invalid_cursor")}


async def test_cursor_of_another_order_is_refused(client: AsyncClient, admin: Caller) -> None:
    await make_lists(admin)
    cursors = {
        sort: (await read(client, admin, "/products/", sort=sort, currency="EUR"))[2]
        for sort in ProductSort
    }

    answers = {
        (sort, source): (
            await read(client, admin, "/products/", sort=sort, currency="EUR", cursor=cursor)
        )[:2]
        for sort in ProductSort
        for source, cursor in cursors.items()
        if source != sort
    }

    assert len(answers) == 30
    assert set(answers.values()) == {(400, "invalid_cursor")}


@pytest.mark.parametrize(
    "cursor", ["", " ", "a b", "=", "QUJD=", "é", "курсор", "\x00", "../..", "a" * 2_001, "ab+/"]
)
async def test_text_that_cannot_be_a_cursor_is_refused(
    client: AsyncClient, admin: Caller, cursor: str
) -> None:
    status, code, _ = await read(client, admin, "/products/", cursor=cursor)

    assert (status, code) in {(422, "invalid_request"), (400, "invalid_cursor")}
