"""Requests with one hostile value, and the check that every answer to one has to pass."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from httpx2 import Response

from tests.contract import OPERATIONS, Operation, resolve
from tests.hostile import CANARY, MARKS
from tests.integration.world import World

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
PICTURE = "image/*"
MARK = "the value's place"

Place = tuple[str | int, ...]


def operations(takes: Callable[[Operation], object]) -> list[Operation]:
    """Return the operations that take something, of which there has to be one."""
    chosen = [operation for operation in OPERATIONS if takes(operation)]
    assert chosen
    return chosen


def check(response: Response, *, refused: bool) -> None:
    """Check that the answer is of the right kind, and that no error holds a piece of the input."""
    request, status = response.request, response.status_code
    answer = response.text + str(response.headers.multi_items())
    story = (request.method, str(request.url)[:200], request.content[:200], status, answer[:500])
    assert 400 <= status < 500 or (200 <= status < 300 and not refused), story
    assert status < 400 or not [mark for mark in MARKS if mark in answer], story


def listed(response: Response) -> set[str]:
    """Return the fields that a problem lists."""
    return {error["field"] for error in response.json().get("errors", [])}


def path_of(operation: Operation, world: World) -> str:
    """Return a path that names what exists."""
    return operation.path.format_map(world.ids)


def headers_of(world: World, media_type: str | None = None) -> dict[str, str]:
    """Return the headers of a request by the admin."""
    kind = {} if media_type is None else {"Content-Type": media_type}
    return world.admin.headers | {"Idempotency-Key": "k1"} | kind


def places(schema: dict[str, Any]) -> Iterator[Place]:
    """Yield the way to every value in a body, and to one unknown field in every object."""
    schema = resolve(schema)
    if "items" in schema:
        yield (0,)
        yield from ((0, *place) for place in places(schema["items"]))
    for name, field in schema.get("properties", {}).items():
        yield (name,)
        yield from ((name, *place) for place in places(field))
    if "properties" in schema:
        yield (CANARY,)


def field_of(place: Place) -> str:
    """Return the name under which a problem lists a place; an unknown field is not named."""
    return ".".join(map(str, ("body", *place))).removesuffix(f".{CANARY}")


def written(body: dict[str, Any]) -> bytes:
    """Write a body as JSON."""
    return json.dumps(body).encode()


def encoded(text: str, *fields: str) -> str:
    """Write a form or a query with the same text, encoded already, in some fields."""
    return "&".join(f"{field}={text}" for field in fields)


def is_leaf(place: Place, schema: dict[str, Any]) -> bool:
    """Tell whether no other place lies within this one."""
    return not any(other != place and other[: len(place)] == place for other in places(schema))


def put(body: dict[str, Any], value: str, *filled: Place) -> bytes:
    """Write the body as JSON, with a value that is JSON already in some places."""
    changed = deepcopy(body)
    for place in filled:
        target: Any = changed
        for step in place[:-1]:
            target = target[step]
        target[place[-1]] = MARK
    return json.dumps(changed).replace(f'"{MARK}"', value).encode()
