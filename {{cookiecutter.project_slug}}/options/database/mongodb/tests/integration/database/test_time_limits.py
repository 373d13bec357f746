"""Waits for the database that end, each as the same error: the database is not available."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx2 import AsyncClient, Response
from pymongo.errors import OperationFailure

from app.config import settings
from app.core.database import connection, turns
from app.core.enums import Role
from app.core.exceptions import DatabaseUnavailableError
from app.models import Product
from tests.factories import Caller, make_caller, make_product, unit_of_work
from tests.mongodb import FailingServer, working_on

# Nothing listens there.
NOWHERE = "mongodb://app:x@127.0.0.1:1/app?directConnection=true"
BLOCKED = {"blockConnection": True, "blockTimeMS": 3000}


@pytest.fixture
async def product(committed: None, server: FailingServer) -> AsyncIterator[Product]:
    """A product on that server, which the units of work use."""
    async with working_on(server.new_database()):
        yield await make_product()
    server.recover()
    assert turns.taken == 0


async def set_stock(client: AsyncClient, caller: Caller, product: Product) -> Response:
    return await client.patch(f"/products/{product.id}", headers=caller.headers, json={"stock": 1})


def assert_unavailable(response: Response) -> None:
    """Check that the caller is told to come back."""
    assert response.status_code == 503, response.text
    assert response.json()["code"] == "database_unavailable"
    assert int(response.headers["Retry-After"]) > 0


@asynccontextmanager
async def no_turn_left() -> AsyncIterator[None]:
    """Take all places, as units of work do that write for long."""
    places = sum([await turns.enter() for _ in range(turns.places)])
    try:
        yield
    finally:
        turns.leave(places)


async def test_requests_for_a_turn_end_within_the_limit_and_others_go_on(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    product, manager = await make_product(), await make_caller(Role.MANAGER)
    monkeypatch.setattr(settings, "lock_timeout_seconds", 0.05)
    async with no_turn_left():
        start = time.perf_counter()
        waiting = await asyncio.gather(
            *(set_stock(committing_client, manager, product) for _ in range(8))
        )
        seconds = time.perf_counter() - start
        reading = await committing_client.get(f"/products/{product.id}")
    after = await set_stock(committing_client, manager, product)

    for response in waiting:
        assert_unavailable(response)
    assert seconds < 1
    assert (reading.status_code, after.status_code) == (200, 200)
    assert turns.taken == 0


@pytest.mark.parametrize("command", ["find", "update"])
async def test_an_operation_over_its_time_limit_is_not_available(
    committing_client: AsyncClient, product: Product, server: FailingServer, command: str
) -> None:
    manager = await make_caller(Role.MANAGER)
    async with working_on(server.url, statement_timeout_seconds=0.3):
        await connection.open()
        server.fail([command], **BLOCKED)
        start = time.perf_counter()

        response = await set_stock(committing_client, manager, product)

        assert time.perf_counter() - start < 2
    assert_unavailable(response)
    assert turns.taken == 0


async def test_a_transaction_whose_connection_is_lost_is_not_available(
    committing_client: AsyncClient, product: Product, server: FailingServer
) -> None:
    manager = await make_caller(Role.MANAGER)
    server.fail(["update"], closeConnection=True)

    lost = await set_stock(committing_client, manager, product)
    after = await set_stock(committing_client, manager, product)

    assert_unavailable(lost)
    assert after.status_code == 200, after.text


async def test_a_read_whose_connection_is_lost_is_sent_again(
    committing_client: AsyncClient, product: Product, server: FailingServer
) -> None:
    server.fail(["find"], closeConnection=True)

    response = await committing_client.get(f"/products/{product.id}")

    assert response.status_code == 200


async def test_without_a_primary_nothing_is_written_and_with_one_it_is_again(
    committing_client: AsyncClient, product: Product, server: FailingServer
) -> None:
    manager = await make_caller(Role.MANAGER)
    server.step_down(3)
    start = time.perf_counter()

    without = await set_stock(committing_client, manager, product)
    seconds = time.perf_counter() - start
    await server.wait_for_a_primary()
    after = await set_stock(committing_client, manager, product)

    assert_unavailable(without)
    assert seconds < 2.5
    assert after.status_code == 200, after.text


async def test_a_server_that_cannot_be_reached_is_not_available_to_many_as_soon_as_to_one(
    committing_client: AsyncClient,
) -> None:
    async with working_on(NOWHERE, statement_timeout_seconds=5):
        start = time.perf_counter()

        answers = await asyncio.gather(*(committing_client.get("/products/") for _ in range(8)))

        assert time.perf_counter() - start < 2.5
    for response in answers:
        assert_unavailable(response)


async def test_an_error_that_does_not_pass_by_itself_is_not_hidden(
    product: Product, server: FailingServer
) -> None:
    server.fail(["find"], errorCode=13)

    with pytest.raises(OperationFailure, match="13"):
        async with unit_of_work():
            await Product.find_one({})


async def test_a_deadline_of_the_request_s_own_work_counts_as_one_of_the_database(
    committed: None,
) -> None:
    with pytest.raises(DatabaseUnavailableError):
        async with unit_of_work():
            raise TimeoutError
