"""Requests that are right but for one hostile value, for every place of every operation."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.contract import OPERATIONS, Operation
from tests.hostile import (
    ANY_HEADER,
    ANY_ID,
    ANY_TEXT,
    CANARY,
    NEVER_VALID_BODIES,
    NEVER_VALID_JSON,
    NEVER_VALID_MULTIPARTS,
    NEVER_VALID_TEXT,
    VALID_SOMEWHERE_JSON,
)
from tests.integration.hostile_requests import FORM, JSON, encoded, is_leaf, places, put
from tests.integration.world import World

# Where everybody reads them: servers, proxies, loggers.
EVERYWHERE = (b"X-Request-ID", b"X-Forwarded-For", b"User-Agent", b"Accept", b"Cookie", b"Origin")
UNUSED = ("scope", "client_id", "client_secret")
PRICES = {"min_price_cents", "max_price_cents"}
MULTIPART = "multipart/form-data; boundary=x"


@dataclass(frozen=True)
class Case:
    """A request, and what the answer to an admin has to be."""

    operation: Operation
    target: bytes
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytes = b""
    refused: bool = True
    # The fields that a 422 has to name.
    named: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Maker:
    """Makes the cases of one operation."""

    world: World
    operation: Operation

    @property
    def path(self) -> str:
        """Return a path that names what exists."""
        return self.operation.path.format_map(self.world.ids)

    def case(
        self, body: bytes = b"", kind: str = JSON, *, refused: bool = True, **more: frozenset[str]
    ) -> Case:
        """Make a case with this body."""
        headers = {b"Content-Type": kind.encode(), b"Idempotency-Key": b"k1"}
        return Case(self.operation, self.path.encode(), headers, body, refused, **more)
