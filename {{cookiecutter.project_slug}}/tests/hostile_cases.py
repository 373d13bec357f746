"""Requests that are right but for hostile values, for every place of every operation."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from tests.contract import Operation
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
from tests.integration.hostile_requests import (
    FORM,
    JSON,
    PICTURE,
    encoded,
    field_of,
    is_leaf,
    places,
    put,
    written,
)
from tests.integration.world import World

# Read for all operations: by the service, by what stands before it, by whoever logs.
EVERYWHERE = ("Accept", "Cookie", "Origin", "User-Agent", "X-Forwarded-For", "X-Request-ID")
OTHER_TYPES = ("", "text/plain", FORM, "multipart/form-data", f"text/{CANARY}")
FORM_TYPES = ("multipart/form-data; boundary=x", "multipart/form-data", FORM, JSON)
UNUSED = ("scope", "client_id", "client_secret")
# Fields of queries that take more than a few texts.
MANY_TEXTS = {"search", "source"}
PRICES = {"min_price_cents", "max_price_cents"}


@dataclass(frozen=True)
class Case:
    """A request, whether an admin's has to be refused, and what the refusal has to be.

    `fields` are those that a 422 has to name; `status` is 0 where more than one is right.
    """

    operation: Operation
    target: str
    headers: dict[str, bytes] = field(default_factory=dict)
    body: bytes = b""
    refused: bool = True
    fields: frozenset[str] = frozenset()
    status: int = 0

    def typed(self, kind: str, body: bytes, *, refused: bool = True) -> "Case":
        """Return the same request with this body."""
        headers = self.headers | {"Content-Type": kind.encode()}
        return replace(self, headers=headers, body=body, refused=refused)


def cases(operation: Operation, world: World) -> Iterator[Case]:
    """Yield all hostile requests to an operation."""
    target = operation.path.format_map(world.ids)
    right = Case(operation, target, {"Idempotency-Key": b"k1"})
    if operation.body(FORM):
        right = right.typed(FORM, urlencode(world.forms[operation.name]).encode())
        yield from form_cases(right)
    if operation.body(JSON):
        right = right.typed(JSON, written(world.bodies[operation.name]))
        yield from field_cases(right, world)
        yield from body_cases(right)
    if operation.body(PICTURE):
        right = right.typed("image/png", world.pictures[operation.name])
        yield from picture_cases(right)
    yield from path_cases(right, world)
    yield from query_cases(right)
    yield from header_cases(right)


def field_cases(right: Case, world: World) -> Iterator[Case]:
    """Yield hostile values in all fields of a JSON body at once, and in each alone."""
    schema, body = right.operation.body(JSON) or {}, world.bodies[right.operation.name]
    leaves = [place for place in places(schema) if is_leaf(place, schema)]
    named = frozenset(map(field_of, leaves))
    for value in NEVER_VALID_JSON.values():
        yield replace(right.typed(JSON, put(body, value, *leaves)), fields=named)
    corpus = VALID_SOMEWHERE_JSON | NEVER_VALID_JSON
    for place in places(schema):
        for name in VALID_SOMEWHERE_JSON if place in leaves else corpus:
            refused = name in NEVER_VALID_JSON or CANARY in place
            yield right.typed(JSON, put(body, corpus[name], place), refused=refused)


def body_cases(right: Case) -> Iterator[Case]:
    """Yield bodies that are broken as a whole, and bodies of other media types."""
    for body in NEVER_VALID_BODIES.values():
        yield right.typed(JSON, body)
    for kind in OTHER_TYPES:
        yield right.typed(kind, written({CANARY: 1}))


def form_cases(right: Case) -> Iterator[Case]:
    """Yield hostile texts in the credentials and in the other fields, and broken forms."""
    for name, text in ANY_TEXT.items():
        # Both at once: each login that gets as far as the password costs a hash.
        yield right.typed(FORM, encoded(text, "username", "password").encode())
        # What is left empty in a form counts as left out.
        if text:
            others = right.body + b"&" + encoded(text, "grant_type", *UNUSED, CANARY).encode()
            named = {"grant_type", *(UNUSED if name in NEVER_VALID_TEXT else ())}
            fields = frozenset({"body", *(f"body.{field}" for field in named)})
            yield replace(right.typed(FORM, others), fields=fields)
    for kind in FORM_TYPES:
        for body in NEVER_VALID_MULTIPARTS.values():
            yield right.typed(kind, body)


def picture_cases(right: Case) -> Iterator[Case]:
    """Yield bodies that are no pictures, under whatever name, and half of a picture's header."""
    for kind in ("image/png", "image/svg+xml", JSON, *OTHER_TYPES):
        for body in (*NEVER_VALID_BODIES.values(), right.body[:20]):
            yield right.typed(kind, body)


def path_cases(right: Case, world: World) -> Iterator[Case]:
    """Yield hostile texts in the place of an id."""
    for name in right.operation.parameters("path"):
        for text in ANY_ID:
            yield replace(right, target=right.operation.path.format_map(world.ids | {name: text}))


def query_cases(right: Case) -> Iterator[Case]:
    """Yield hostile texts in all fields of a query at once, and in those that take most texts."""
    known = set(right.operation.parameters("query"))
    fields = known - {"cursor", *MANY_TEXTS}
    for name, text in ANY_TEXT.items() if known else ():
        taken = PRICES if name in {"zero", "a million"} else set()
        named = frozenset({"query", *(f"query.{field}" for field in fields - taken)})
        yield replace(
            right, target=f"{right.target}?{encoded(text, *fields, CANARY)}", fields=named
        )
        yield replace(right, target=f"{right.target}?{encoded(text, 'cursor')}")
        for asked in sorted(known & MANY_TEXTS):
            target = f"{right.target}?{encoded(text, asked)}"
            yield replace(right, target=target, refused=name in NEVER_VALID_TEXT)


def header_cases(right: Case) -> Iterator[Case]:
    """Yield hostile values in each header of the operation, and in those that all requests have."""
    declared = right.operation.parameters("header")
    keys = ("Authorization", "X-API-Key") if right.operation.takes_token else ()
    # HTTP itself forbids the one with NUL, and the server closes the connection.
    for value in (value for value in ANY_HEADER.values() if b"\x00" not in value):
        for name in declared:
            yield replace(right, headers=right.headers | {name: value})
        for name in keys:
            # An API key counts where there is no token.
            headers = right.headers | {"Authorization": b"", name: value}
            yield replace(right, headers=headers, status=401)
        hostile = dict.fromkeys(EVERYWHERE, value)
        yield replace(right, headers=right.headers | hostile, body=b"{}", refused=False)
