"""Waits for the database that end, each as the same error: the database is not available."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import settings
from app.core.database import async_session, engine
from app.core.enums import Role
from app.core.exceptions import DatabaseUnavailableError
from tests.factories import make_caller, make_product, unit_of_work

URL = settings.database_url.get_secret_value()


@asynccontextmanager
async def working_on(url: str, **pool: Any) -> AsyncIterator[None]:
    """Have units of work use another engine for a while."""
    other = create_async_engine(url, **pool)
    async_session.configure(bind=other)
    try:
        yield
    finally:
        async_session.configure(bind=engine)
        await other.dispose()


async def run(*statements: str) -> None:
    """Run statements in one unit of work."""
    async with unit_of_work() as db:
        for statement in statements:
            await db.execute(text(statement))


async def test_a_statement_over_its_time_limit_is_not_available(schema: None) -> None:
    with pytest.raises(DatabaseUnavailableError):
        await run("SET LOCAL statement_timeout = '20ms'", "SELECT pg_sleep(5)")


async def test_requests_for_a_locked_row_end_within_the_limit_and_others_go_on(
    committing_client: AsyncClient,
) -> None:
    product, manager = await make_product(), await make_caller(Role.MANAGER)
    lock = text("SELECT 1 FROM products WHERE id = :id FOR UPDATE").bindparams(id=product.id)
    quick = {"server_settings": {"lock_timeout": "50"}}

    async def set_stock() -> Response:
        url, body = f"/products/{product.id}", {"stock": 1}
        return await committing_client.patch(url, headers=manager.headers, json=body)

    async with working_on(URL, connect_args=quick):
        async with unit_of_work() as holder:
            await holder.execute(lock)
            start = time.perf_counter()
            waiting = await asyncio.gather(*(set_stock() for _ in range(8)))
            seconds = time.perf_counter() - start
            reading = await committing_client.get(f"/products/{product.id}")
        after = await set_stock()

    assert {response.status_code for response in waiting} == {503}
    assert {response.json()["code"] for response in waiting} == {"database_unavailable"}
    assert seconds < 1
    assert (reading.status_code, after.status_code) == (200, 200)


async def test_a_full_pool_is_not_available(schema: None) -> None:
    async with (
        working_on(URL, pool_size=1, max_overflow=0, pool_timeout=0.02),
        unit_of_work() as holder,
    ):
        await holder.execute(text("SELECT 1"))
        with pytest.raises(DatabaseUnavailableError):
            await run("SELECT 1")


async def test_a_transaction_that_the_server_ended_for_idling_is_not_available(
    schema: None,
) -> None:
    async def idle() -> None:
        async with unit_of_work() as db:
            await db.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
            await asyncio.sleep(0.1)
            await db.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailableError):
        await idle()


async def test_a_connection_that_the_server_ends_is_not_available_and_the_next_one_is(
    committing_client: AsyncClient,
) -> None:
    with pytest.raises(DatabaseUnavailableError):
        await run("SELECT pg_terminate_backend(pg_backend_pid())")

    assert (await committing_client.get("/readyz")).status_code == 200


async def test_connections_that_the_server_closed_while_they_waited_are_replaced(
    committing_client: AsyncClient,
) -> None:
    await asyncio.gather(*(committing_client.get("/products/") for _ in range(5)))
    await run(
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )

    responses = await asyncio.gather(*(committing_client.get("/products/") for _ in range(5)))

    assert [response.status_code for response in responses] == [200] * 5


async def test_a_server_that_cannot_be_reached_is_not_available() -> None:
    async with working_on("postgresql+asyncpg://app@127.0.0.1:1/app"):
        with pytest.raises(DatabaseUnavailableError):
            await run("SELECT 1")


async def test_an_error_that_does_not_pass_by_itself_is_not_hidden(schema: None) -> None:
    with pytest.raises(ProgrammingError, match="no_such_table"):
        await run("SELECT 1 FROM no_such_table")
