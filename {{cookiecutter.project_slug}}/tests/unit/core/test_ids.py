"""Identifiers."""

import time
import uuid

from app.core.ids import new_id


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = new_id()

    assert made.version == 7
    assert made.variant == uuid.RFC_4122


def test_an_id_starts_with_the_milliseconds_at_which_it_was_made() -> None:
    before = time.time_ns() // 1_000_000

    made = new_id()

    after = time.time_ns() // 1_000_000
    assert before <= made.int >> 80 <= after


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = []
    for _ in range(1_000):
        ids += [new_id()]
        time.sleep(0.00001)

    assert ids == sorted(ids)
    assert [str(made) for made in ids] == sorted(map(str, ids))


def test_ids_of_one_moment_are_all_different() -> None:
    ids = {new_id() for _ in range(10_000)}

    assert len(ids) == 10_000
