"""Forwarded addresses, with a real server: only the service itself reads them."""

import json
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from dev.run import SERVER as DEVELOPMENT_COMMAND
from tests.process import PROJECT
from tests.server import COMMAND, running_server

DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()
IMAGE_COMMAND = json.loads(DOCKERFILE[-1].removeprefix("CMD "))


@pytest.mark.parametrize("command", [IMAGE_COMMAND, DEVELOPMENT_COMMAND, COMMAND])
def test_every_command_leaves_the_headers_of_proxies_to_the_service(command: list[str]) -> None:
    assert "--no-proxy-headers" in command
    assert "--no-server-header" in command
    # An offer to speak WebSocket would be refused by the server itself, without a problem document.
    assert command[command.index("--ws") + 1] == "none"


async def test_a_caller_cannot_choose_an_address_to_be_counted_under(schema: None) -> None:
    form = {"username": f"{uuid4().hex}@example.com", "password": "a wrong guess of one"}

    async with (
        running_server(RATE_LIMIT_ACCOUNT="1 per 1 hour") as server,
        AsyncClient(base_url=server.address) as client,
    ):
        responses = [
            await client.post("/auth/token", data=form, headers={"X-Forwarded-For": address})
            for address in ("203.0.113.5", "203.0.113.6")
        ]

    assert [response.status_code for response in responses] == [401, 429]
    assert "Server" not in responses[0].headers
