"""Keyset pages: a list continues behind its last item, so inserts neither repeat nor skip one."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from app.core.exceptions import InvalidCursorError
from app.core.keys import derived_keys

Item = TypeVar("Item")

SIGNATURE_BYTES = 16


@dataclass(frozen=True)
class Position:
    """The place behind one item: its id, and its value in the sorted column if that is another."""

    id: UUID
    value: str | int | None = None


@dataclass(frozen=True)
class PageRequest:
    """Which part of a list is wanted: `limit` items of the order `sort`, behind the cursor."""

    limit: int
    cursor: str | None = None
    sort: str = "-created_at"

    def after(self, name: str) -> Position | None:
        """Return the place that the cursor names in the list; None means the start."""
        return read_cursor(self.cursor, name + self.sort) if self.cursor else None


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items of a list, and the cursor of the next page; None when there is none."""

    items: Sequence[Item]
    next_cursor: str | None


def cursor_keys() -> list[bytes]:
    """Return the key that signs cursors, then those that only verify them."""
    return derived_keys("pagination cursor")


def encode(payload: bytes, key: bytes) -> str:
    """Write a payload as text, behind a signature that keeps anyone else from making cursors."""
    signature = hmac.digest(key, payload, hashlib.sha256)[:SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(signature + payload).decode().rstrip("=")


def make_cursor(position: Position, order: str) -> str:
    """Write a position as an opaque, signed text; `order` names the list and how it is sorted."""
    # Unescaped, since a long name in another alphabet would make too long a cursor.
    content = [order, str(position.id), position.value]
    return encode(json.dumps(content, ensure_ascii=False).encode(), cursor_keys()[0])


def read_cursor(cursor: str, order: str) -> Position:
    """Read a cursor back.

    Raises:
        InvalidCursorError: this service did not make it, or made it for another list or order.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidCursorError from error
    payload = raw[SIGNATURE_BYTES:]
    # The whole text is compared, since base64 writes the same bytes in more than one way.
    if not any(hmac.compare_digest(encode(payload, key), cursor) for key in cursor_keys()):
        raise InvalidCursorError
    made_for, last_id, value = json.loads(payload)
    if made_for != order:
        raise InvalidCursorError
    return Position(UUID(last_id), value)
