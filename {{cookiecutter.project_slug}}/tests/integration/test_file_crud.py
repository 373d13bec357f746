"""Files in the database: one of each name for each owner."""

import asyncio
from functools import partial
from uuid import UUID, uuid4

from app.core.database import in_transaction
from app.crud.file import file_crud
from app.models.file import File
from tests.factories import unit_of_work

# The longest that MAX_IMAGE_BYTES lets anybody store.
LONGEST_BYTES = 15 * 1024 * 1024


async def put(owner_id: UUID, name: str, content: bytes, media_type: str = "text/csv") -> None:
    store = partial(file_crud.put, owner_id=owner_id, name=name, media_type=media_type)
    await in_transaction(partial(store, content=content))


async def find(owner_id: UUID, name: str) -> File | None:
    async with unit_of_work() as db:
        return await file_crud.find(db, owner_id, name)


async def test_a_file_is_found_by_owner_and_name_alone(rolled_back: None) -> None:
    owner, other = uuid4(), uuid4()
    await put(owner, "a.csv", b"\x00\xff")
    await put(owner, "b.csv", b"b")
    await put(other, "a.csv", b"other")

    found = await find(owner, "a.csv")

    assert found is not None
    assert (found.owner_id, found.name) == (owner, "a.csv")
    assert (found.media_type, found.content) == ("text/csv", b"\x00\xff")
    assert await find(other, "b.csv") is None


async def test_a_file_takes_the_place_of_the_one_of_its_name(rolled_back: None) -> None:
    owner = uuid4()
    await put(owner, "sales", b"old")
    before = await find(owner, "sales")

    await put(owner, "sales", b"", "image/webp")

    after = await find(owner, "sales")
    assert before is not None
    assert after is not None
    assert (after.id, after.created_at) == (before.id, before.created_at)
    assert (after.media_type, after.content) == ("image/webp", b"")


async def test_ten_of_one_name_at_once_make_one_file(committed: None) -> None:
    owner = uuid4()

    await asyncio.gather(*(put(owner, "sales", bytes([number])) for number in range(10)))

    found = await find(owner, "sales")
    assert found is not None
    assert found.content in {bytes([number]) for number in range(10)}
    async with unit_of_work() as db:
        await file_crud.delete(db, found)
    assert await find(owner, "sales") is None


async def test_the_longest_picture_fits(rolled_back: None, uncovered: None) -> None:
    owner = uuid4()
    await put(owner, "original", bytes(LONGEST_BYTES))

    found = await find(owner, "original")

    assert found is not None
    assert len(found.content) == LONGEST_BYTES


async def test_the_files_of_these_owners_are_deleted_and_those_of_others_stay(
    rolled_back: None,
) -> None:
    owners = [uuid4() for _ in range(3)]
    for owner in owners:
        await put(owner, "a", b"a")
        await put(owner, "b", b"b")

    async with unit_of_work() as db:
        await file_crud.delete_all(db, owners[:2])
        await file_crud.delete_all(db, [])

    left = [(owner, name) for owner in owners for name in "ab" if await find(owner, name)]
    assert left == [(owners[2], "a"), (owners[2], "b")]
