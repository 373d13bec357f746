"""The edges of a real server process: what it gives away, and what its log holds."""

import asyncio
import json
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from httpx2 import AsyncClient, Limits

from app.core.tokens import new_token
from tests.contract import check_problem
from tests.environment import database_url
from tests.factories import make_user
from tests.server import Server, running_server

PASSWORD = "Correct horse, battery & 'staple' =" + secrets.token_hex(4)
TOKEN = new_token()
FORGED = "2026-01-01T00:00:00Z [info] forged"
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": b64encode(b"0123456789abcdef").decode(),
    "Sec-WebSocket-Version": "13",
}


@pytest.fixture(scope="module")
async def server(schema: None) -> AsyncIterator[Server]:
    """A server for all tests here."""
    async with running_server() as server:
        yield server


@pytest.fixture
async def connection(server: Server) -> AsyncIterator[AsyncClient]:
    """Call the server, with at most one connection, which is kept alive."""
    async with AsyncClient(base_url=server.address, limits=Limits(max_connections=1)) as client:
        yield client


def hostile_paths() -> Iterator[str]:
    """Yield paths that would forge a line, act on a terminal, or hold a secret."""
    for text in (
        FORGED,
        "\n" + FORGED,
        "\r\n" + FORGED,
        "\x1b[2K" + FORGED,
        "\0",
        "\u202e",
        "\u2028",
    ):
        yield f"/{quote(text)}"
        yield f"/users/{quote(text)}?x={quote(text)}"
    for secret in (TOKEN, PASSWORD):
        yield f"/{quote(secret)}"
        yield f"/users/{quote(secret)}/{quote(secret)}"
        yield f"/products/?search={quote(secret)}&token={quote(secret)}"


def with_secrets(jwt: str) -> list[dict[str, Any]]:
    """Return requests that carry a password or a token, at places of all kinds."""
    basic = b64encode(f"ann:{PASSWORD}".encode()).decode()
    files = {"password": (PASSWORD.replace('"', ""), PASSWORD.encode())}
    return [
        {"url": "/auth/token", "data": {"username": "ann@example.com", "password": PASSWORD}},
        {"url": "/auth/token", "data": {"username": PASSWORD, "password": TOKEN}},
        {"url": f"/auth/token?password={quote(PASSWORD)}", "files": files},
        {"url": "/auth/refresh", "json": {"refresh_token": TOKEN}},
        {"url": "/auth/refresh", "json": {TOKEN: PASSWORD}},
        {"url": "/auth/refresh", "content": f'{{"refresh_token": "{TOKEN}"'.encode()},
        {"url": "/users/register", "json": {"email": PASSWORD, "password": PASSWORD}},
        *(
            {"url": "/users/me", "headers": {"Authorization": value}}
            for value in (
                f"Bearer {TOKEN}",
                f"Bearer {jwt}",
                f"Bearer {jwt}x",
                f"Basic {basic}",
                TOKEN,
            )
        ),
        *(
            {"url": "/orders/", "headers": {name: TOKEN}}
            for name in (
                "X-API-Key",
                "Cookie",
                "User-Agent",
                "Referer",
                "X-Forwarded-For",
                "Host",
                "Origin",
                "Idempotency-Key",
                "Content-Type",
                "Traceparent",
            )
        ),
        {"url": f"/socket?token={TOKEN}", "headers": UPGRADE},
        {"url": f"/{TOKEN}?token={TOKEN}", "headers": UPGRADE},
    ]


RAW = [
    f"GET http://ann:{quote(PASSWORD)}@127.0.0.1/{TOKEN}?token={TOKEN} HTTP/1.1\r\n\r\n",
    f"GET /{TOKEN} HTTP/9.9\r\n\r\n",
    f"{TOKEN}\r\n\r\n",
    f"GET / HTTP/1.1\r\n{TOKEN}\r\n\r\n",
    f"POST / HTTP/1.1\r\nContent-Length: {TOKEN}\r\n\r\n{TOKEN}",
]


async def send_raw(server: Server, text: str) -> None:
    """Send bytes that no client would send, and wait for the answer."""
    address = urlsplit(server.address)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(text.encode())
    writer.write_eof()
    async with asyncio.timeout(5):
        await reader.read()
    writer.close()


def forms_of(secret: str) -> set[str]:
    """Return how a secret may be written."""
    escaped = json.dumps(secret)[1:-1]
    return {
        secret,
        escaped,
        quote(secret),
        quote(secret, safe=""),
        b64encode(secret.encode()).decode(),
    }


async def test_log_holds_no_secret_of_any_request_and_each_line_is_an_object(
    server: Server, connection: AsyncClient, committed: None
) -> None:
    user = await make_user(password=PASSWORD)
    form = {"username": user.email, "password": PASSWORD}
    pair = (await connection.post("/auth/token", data=form)).json()
    await connection.post("/auth/refresh", json={"refresh_token": pair["refresh_token"]})

    for path in hostile_paths():
        await connection.get(path)
    for request in with_secrets(pair["access_token"]):
        method = "GET" if "headers" in request else "POST"
        await connection.request(method, **request)
    for text in RAW:
        await send_raw(server, text)

    log = server.read_log()
    events = [json.loads(line) for line in log.splitlines()]
    assert all(isinstance(event, dict) and event["event"] for event in events)
    assert len([event for event in events if "GET" in event["event"]]) > 20
    assert "forged" not in log
    for secret in (PASSWORD, TOKEN, pair["access_token"], pair["refresh_token"]):
        assert not [form for form in forms_of(secret) if form in log]
    assert pair["access_token"].split(".")[1] not in log


async def test_no_answer_names_the_programs_behind_it(connection: AsyncClient) -> None:
    database = database_url()[:5]
    for path in ("/livez", "/nowhere", "/users/me", "/docs", "/openapi.json"):
        response = await connection.get(path)

        text = (str(response.headers.multi_items()) + response.text).lower()
        assert "server" not in response.headers
        for name in ("uvicorn", "fastapi", "starlette", "python", "pydantic", database):
            assert name not in text


async def test_production_has_the_headers_of_production(connection: AsyncClient) -> None:
    for path in ("/livez", "/nowhere"):
        response = await connection.get(path)

        assert response.headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" " * 3_000_000, 413),
        (b"[" * 100_000 + b"]" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        (b"[" * 40 + b"]" * 40, 400),
        (b"\xff" * 1_000, 400),
    ],
    ids=["too long", "100,000 lists", "100,000 objects", "40 lists", "no text"],
)
@pytest.mark.parametrize("announced", [True, False])
async def test_connection_lives_on_after_a_hostile_body(
    connection: AsyncClient, body: bytes, status: int, announced: bool
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    headers = {"Content-Type": "application/json"}
    content = body if announced else chunks()
    response = await connection.post("/auth/refresh", headers=headers, content=content)

    assert response.status_code == status
    check_problem(response)
    network = response.extensions["network_stream"]
    alive = await connection.get("/livez")
    assert alive.status_code == 200
    assert alive.extensions["network_stream"].get_extra_info("client_addr") == (
        network.get_extra_info("client_addr")
    )


async def test_host_that_is_not_ours_is_refused_except_for_probes(connection: AsyncClient) -> None:
    headers = {"Host": "evil.example"}

    refused = await connection.get("/products/", headers=headers)
    probed = await connection.get("/livez", headers=headers)

    assert refused.status_code == 400
    check_problem(refused)
    assert probed.status_code == 200


async def test_upgrade_to_a_websocket_is_a_404_problem(connection: AsyncClient) -> None:
    response = await connection.get("/socket", headers=UPGRADE)

    assert response.status_code == 404
    check_problem(response)
