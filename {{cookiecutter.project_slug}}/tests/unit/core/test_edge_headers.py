"""What every answer carries, and what becomes of errors that are made by middleware."""

import pytest

from tests.contract import check_problem
from tests.unit.core.edged import PAGE, PREFLIGHT, calling


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *(("/broken", 500), ("/away", 503), ("/slow", 503), ("/overrun", 429), ("/bare", 503)),
        *(("/nowhere", 404), ("/bare-json", 418), ("/bare-stream", 502)),
    ],
)
async def test_error_can_be_read_by_a_page_that_may_call(path: str, status: int) -> None:
    async with calling() as client:
        response = await client.get(path, headers={"Origin": PAGE})

    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == PAGE
    check_problem(response)


async def test_refused_body_can_be_read_by_a_page_that_may_call() -> None:
    async with calling() as client:
        response = await client.post("/", headers={"Origin": PAGE}, content=b"x" * 2_000)

    assert response.status_code == 413
    assert response.headers["Access-Control-Allow-Origin"] == PAGE


async def test_bare_error_keeps_its_headers_and_loses_its_text() -> None:
    async with calling() as client:
        response = await client.get("/bare")

    assert response.json()["code"] == "service_unavailable"
    assert "library" not in response.text
    kept = ("Allow", "Retry-After", "WWW-Authenticate", "ETag")
    assert [response.headers[name] for name in kept] == ["GET", "9", "Bearer", '"x"']
    assert response.headers.get_list("Content-Type") == ["application/problem+json"]
    assert response.headers.get_list("Content-Length") == [str(len(response.content))]


@pytest.mark.parametrize(("path", "seconds"), [("/overrun", "7"), ("/away", "2"), ("/slow", "2")])
async def test_429_and_503_say_when_to_come_back(path: str, seconds: str) -> None:
    async with calling() as client:
        response = await client.get(path)

    assert response.headers["Retry-After"] == seconds


ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
}


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/broken", "/slow", "/bare", "/overrun", "/livez", "/docs"]
)
async def test_every_answer_has_the_security_headers_once(path: str) -> None:
    async with calling(docs_enabled=False) as client:
        response = await client.get(path)

    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "strict-transport-security" not in response.headers


@pytest.mark.parametrize("headers", [PREFLIGHT, {"Host": "evil.example"}, {"Origin": "null"}])
async def test_answers_of_middleware_have_the_security_headers_and_a_request_id(
    headers: dict[str, str],
) -> None:
    async with calling() as client:
        response = await client.options("/", headers=headers | {"X-Request-ID": "0123-abcd"})

    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS
    assert response.headers["X-Request-ID"] == "0123-abcd"


async def test_production_asks_browsers_to_stay_with_https() -> None:
    async with calling(environment="production") as client:
        responses = [await client.get(path) for path in ("/", "/broken", "/nowhere")]

    for response in responses:
        policy = response.headers["strict-transport-security"]
        assert policy == "max-age=63072000; includeSubDomains"


async def test_answer_that_may_be_kept_says_so_itself() -> None:
    async with calling() as client:
        response = await client.get("/kept")

    assert response.headers.get_list("Cache-Control") == ["public, max-age=60"]
