"""Identifiers."""

import time
import uuid

from app.core.ids import new_id


def test_an_id_is_a_uuid_of_version_7() -> None:
    id = new_id()

    assert id.version == 7
    assert id.variant == uuid.RFC_4122


def test_an_id_starts_with_the_milliseconds_at_which_it_was_made() -> None:
    before = time.time_ns() // 1_000_000

    id = new_id()

    after = time.time_ns() // 1_000_000
    assert before <= id.int >> 80 <= after


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = []
    for _ in range(20):
        ids.append(new_id())
        time.sleep(0.002)

    assert ids == sorted(ids)
    assert [str(id) for id in ids] == sorted(str(id) for id in ids)


def test_ids_of_one_moment_are_all_different() -> None:
    ids = {new_id() for _ in range(10_000)}

    assert len(ids) == 10_000
