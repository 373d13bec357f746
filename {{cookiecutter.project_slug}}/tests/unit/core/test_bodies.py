"""How long and how deeply nested a request body may be."""

import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI
from httpx2 import ASGITransport, AsyncClient
from starlette.types import Message, Scope

from app.config import settings
from app.core.bodies import MAX_DEPTH, BodySizeMiddleware, check_depth, depth_of
from app.core.edges import install_edges
from app.core.problems import install_problem_handlers
from tests.contract import check_problem

LIMIT, IMAGE_LIMIT = 1_024, 4_096
JSON = {"Content-Type": "application/json"}

paid: list[str] = []
small_app = FastAPI(openapi_url=None)
install_problem_handlers(small_app)
LIMITS = {"max_body_bytes": LIMIT, "max_image_bytes": IMAGE_LIMIT}
install_edges(small_app, settings.model_copy(update=LIMITS))


@small_app.post("/echo")
async def echo(body: Annotated[Any, Body()]) -> Any:
    return body


@small_app.post("/json")
async def take_json(body: dict[str, Any]) -> int:
    return len(body)


@small_app.post("/pay")
async def pay() -> None:
    paid.append("paid")


@small_app.put("/products/1/image")
async def take_image(body: Annotated[bytes, Body()]) -> int:
    return len(body)


@pytest.fixture
async def small_client() -> AsyncIterator[AsyncClient]:
    """Call the small application."""
    async with AsyncClient(transport=ASGITransport(small_app), base_url="http://test") as client:
        yield client


def body_of(length: int) -> bytes:
    """Make valid JSON of so many bytes."""
    return b'{"a": "' + b"x" * (length - 9) + b'"}'


async def in_chunks(body: bytes) -> AsyncIterator[bytes]:
    """Send a body without announcing its length."""
    for start in range(0, len(body), 100):
        yield body[start : start + 100]


async def test_body_of_the_greatest_length_is_taken(small_client: AsyncClient) -> None:
    announced = await small_client.post("/json", headers=JSON, content=body_of(LIMIT))
    chunked = await small_client.post("/json", headers=JSON, content=in_chunks(body_of(LIMIT)))

    assert (announced.status_code, announced.json()) == (200, 1)
    assert (chunked.status_code, chunked.json()) == (200, 1)


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_longer_body_is_a_413_problem(small_client: AsyncClient, is_chunked: bool) -> None:
    body = body_of(LIMIT + 1)

    content = in_chunks(body) if is_chunked else body
    response = await small_client.post("/json", headers=JSON, content=content)

    assert response.status_code == 413
    assert response.json()["code"] == "content_too_large"
    check_problem(response)


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("length", "status"), [(IMAGE_LIMIT, 200), (IMAGE_LIMIT + 1, 413)])
async def test_picture_may_be_longer_than_all_else_and_has_a_limit_of_its_own(
    small_client: AsyncClient, is_chunked: bool, length: int, status: int
) -> None:
    content = in_chunks(b"x" * length) if is_chunked else b"x" * length

    response = await small_client.put("/products/1/image", content=content)

    assert response.status_code == status
    assert response.json() == length or response.json()["code"] == "content_too_large"


@pytest.mark.parametrize(
    "path", ["/products/image", "/products/1/images", "/products/1/image/", "/x/products/1/image"]
)
async def test_no_other_path_takes_what_a_picture_may_have(
    small_client: AsyncClient, path: str
) -> None:
    response = await small_client.put(path, content=b"x" * (LIMIT + 1))

    assert response.status_code == 413


async def test_announced_length_is_refused_before_anything_is_read_or_done() -> None:
    asked, sent = [], []

    async def receive() -> Message:
        asked.append("body")
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-length", str(LIMIT + 1).encode())]
    scope: Scope = {"type": "http", "method": "POST", "path": "/pay", "headers": headers}
    paid.clear()

    await small_app(scope, receive, send)

    assert sent[0]["status"] == 413
    assert (asked, paid) == ([], [])


@pytest.mark.parametrize("media_type", ["application/json", "text/plain"])
async def test_no_more_is_read_of_a_body_without_length_than_is_needed_to_refuse_it(
    small_client: AsyncClient, media_type: str
) -> None:
    sent = 0

    async def long_body() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * LIMIT:
            sent += 128
            yield b"[" * 128

    headers = {"Content-Type": media_type}
    response = await small_client.post("/echo", headers=headers, content=long_body())

    assert response.status_code == 413
    assert sent == LIMIT + 128


@pytest.mark.parametrize("announced", ["", "-1", "1e9", "٣٣٣٣٣", "0x7fffffff", "nonsense"])
async def test_length_that_is_no_number_is_left_to_the_count(announced: str) -> None:
    async def never(*_: Any) -> Any:
        raise AssertionError

    async def app(*_: Any) -> None:
        reached.append(announced)

    reached: list[str] = []
    headers = [(b"content-length", announced.encode())]

    await BodySizeMiddleware(app, LIMIT)({"type": "http", "headers": headers}, never, never)

    assert reached == [announced]


def nested(levels: int) -> list[bytes]:
    """Nest lists, objects, and both in turn."""
    return [
        b"[" * levels + b"]" * levels,
        b'{"a":' * levels + b"1" + b"}" * levels,
        b'[{"a":' * (levels // 2) + b"1" + b"}]" * (levels // 2),
    ]


@pytest.mark.parametrize("body", nested(MAX_DEPTH))
async def test_json_of_the_greatest_depth_is_taken(small_client: AsyncClient, body: bytes) -> None:
    response = await small_client.post("/echo", headers=JSON, content=body)

    assert response.status_code == 200
    assert response.json() == json.loads(body)


@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.x+JSON; charset=x"])
@pytest.mark.parametrize("body", nested(MAX_DEPTH + 2))
async def test_deeper_json_is_a_400_problem(
    small_client: AsyncClient, body: bytes, media_type: str
) -> None:
    headers = {"Content-Type": media_type}

    response = await small_client.post("/echo", headers=headers, content=body)
    chunked = await small_client.post("/echo", headers=headers, content=in_chunks(body))

    assert response.status_code == chunked.status_code == 400
    assert response.json()["detail"] == "JSON may be nested 32 levels deep."
    check_problem(response)


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("", 0),
        ("1", 0),
        ("[]", 1),
        ("[[], [], {}]", 2),
        ('{"a": [{"b": 1}]}', 3),
        ('["[[[[", "]]]]", {"{{": "}}"}]', 2),
        ('["\\"[[[["]', 1),
        ('["\\\\", [[]]]', 3),
        ('"[[[[', 0),
        ('["a\\', 1),
        ("]]]][[", 0),
        ("[[[", 3),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
def test_brackets_count_outside_of_texts_alone(text: str, depth: int, encoding: str) -> None:
    assert depth_of(text.encode(encoding)) == depth


async def test_brackets_cannot_be_hidden_by_another_encoding(small_client: AsyncClient) -> None:
    # In UTF-16 this letter has the byte of a quotation mark in it.
    body = ('["\u2200", ' + "[" * 100 + "]" * 100 + "]").encode("utf-16-le")

    response = await small_client.post("/echo", headers=JSON, content=body)

    assert response.status_code == 400


@pytest.mark.parametrize(
    "piece", ["[", "[]", '{"a":', '"', '\\"', '"\\', '"a",', '["', "[[]],", "\x00", "]"]
)
def test_a_mebibyte_of_anything_is_judged_quickly(piece: str) -> None:
    body = (piece * 1_048_576)[:1_048_576].encode()

    start = time.perf_counter()
    for hostile in (body, b'"' + body, b"[" * 40 + b'"' + body):
        depth_of(hostile)

    assert time.perf_counter() - start < 3


def test_wide_json_is_not_deep() -> None:
    check_depth(json.dumps([[{"a": [1]}] * 1_000] * 10).encode())
