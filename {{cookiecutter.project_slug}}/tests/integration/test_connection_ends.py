"""Connections to other services end with the process that has opened them."""

import pytest

from tests.process import run_python

IN_THE_API = """
import asyncio
from app.integrations.connections import connection
from app.integrations.policy import DEFAULT
from app.main import app

async def serve() -> None:
    async with app.router.lifespan_context(app):
        client = connection("api.example.com", DEFAULT)
        print(client.is_closed)
    print(client.is_closed)

asyncio.run(serve())
"""
IN_A_WORKER = """
from app.integrations.connections import connection
from app.integrations.policy import DEFAULT
from app.tasks.process import run_process

clients = []

async def serve() -> None:
    clients.append(connection("api.example.com", DEFAULT))
    print(clients[0].is_closed)

run_process(serve)
print(clients[0].is_closed)
"""


@pytest.mark.parametrize("process", [IN_THE_API, IN_A_WORKER], ids=["API", "worker"])
def test_connections_are_open_while_the_process_serves_and_closed_when_it_ends(
    process: str,
) -> None:
    done = run_python("-c", process)

    printed = [line for line in done.stdout.splitlines() if line in {"True", "False"}]
    assert printed == ["False", "True"], done.stdout + done.stderr
