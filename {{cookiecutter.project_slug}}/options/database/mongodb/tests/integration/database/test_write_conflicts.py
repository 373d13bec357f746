"""Two who write one document: one of them loses, and its request runs again from its beginning."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from app.core.database import DbSession, connection, turns
from app.core.enums import Role
from app.core.turns import runs_again
from app.core.write_conflicts import MOST_RUNS, WriteConflictError
from app.crud.order import order_crud
from app.crud.product import product_crud
from app.crud.user import user_crud
from app.models import Order, Product
from tests.database import empty_all_collections
from tests.factories import Caller, make_caller, make_order, make_product, make_user, unit_of_work


@dataclass
class Rival:
    """Somebody else who has written a product, and lets go of it before a certain run."""

    session: DbSession
    lets_go_before: int
    runs: int = 0

    async def update(self, db: DbSession, product: Product, changes: dict[str, Any]) -> Product:
        """Stand in for the update of a request: count the runs, and go on."""
        self.runs += 1
        if self.runs == self.lets_go_before:
            await self.session.abort_transaction()
        return await type(product_crud).update(product_crud, db, product, changes)


@asynccontextmanager
async def held(product: Product, lets_go_before: int) -> AsyncIterator[Rival]:
    """Write the product in a transaction that takes no turn, as another process would."""
    client = await connection.open()
    async with client.start_session() as session:
        await session.start_transaction()
        await product_crud.collection.update_one(
            {"_id": product.id}, {"$set": {"stock": -1}}, session=session
        )
        rival = Rival(session, lets_go_before)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(product_crud, "update", rival.update)
            yield rival


@pytest.fixture
async def product(committed: None) -> Product:
    """A product that two want to write."""
    return await make_product()


@pytest.fixture
async def manager(committed: None) -> AsyncIterator[Caller]:
    """A manager, whose tests leave no place taken."""
    yield await make_caller(Role.MANAGER)
    assert turns.taken == 0


async def set_stock(client: AsyncClient, caller: Caller, product: Product) -> Response:
    body = {"stock": 7, "description": "boiling " * 100}
    return await client.patch(f"/products/{product.id}", headers=caller.headers, json=body)


async def add_one_and_set_stock(product: Product) -> None:
    async with unit_of_work() as db:
        await product_crud.create(db, product.model_dump(exclude={"id"}))
        await product_crud.update(db, product.model_copy(), {"stock": 2})


async def test_of_two_who_write_one_document_the_second_loses_and_nothing_of_it_stays(
    product: Product,
) -> None:
    async with unit_of_work() as first:
        await product_crud.update(first, product.model_copy(), {"stock": 1})
        with pytest.raises(WriteConflictError):
            await add_one_and_set_stock(product)

    assert [found.stock for found in await Product.find_all().to_list()] == [1]
    assert turns.taken == 0


async def lock_order(db: DbSession, order: Order) -> None:
    await order_crud.lock_with_lines(db, order.id)


async def lock_user(db: DbSession, order: Order) -> None:
    user = await user_crud.get(db, order.user_id)
    assert user is not None
    assert await user_crud.lock_unchanged(db, user)


async def lock_admins(db: DbSession, order: Order) -> None:
    assert order.user_id in await user_crud.lock_active_admins(db)


async def lock_product(db: DbSession, order: Order) -> None:
    assert await product_crud.lock(db, order.lines[0].product_id)


@pytest.mark.parametrize("lock", [lock_order, lock_user, lock_admins, lock_product])
async def test_what_one_has_locked_nobody_else_locks(
    committed: None, lock: Callable[[DbSession, Order], Awaitable[None]]
) -> None:
    order = await make_order(await make_user(Role.ADMIN))
    async with unit_of_work() as first:
        await lock(first, order)
        with pytest.raises(WriteConflictError):
            async with unit_of_work() as second:
                await lock(second, order)

    async with unit_of_work() as third:
        await lock(third, order)


async def test_who_read_before_somebody_else_wrote_loses_only_if_it_wrote_before_too(
    product: Product,
) -> None:
    async with unit_of_work() as slow:
        await product_crud.get(slow, product.id)
        async with unit_of_work() as quick:
            await product_crud.update(quick, product.model_copy(), {"stock": 1})
        await product_crud.update(slow, product, {"price_cents": 5})

    stored = await Product.get(product.id)
    assert stored is not None
    assert (stored.stock, stored.price_cents) == (1, 5)


@pytest.mark.parametrize("run", range(2, MOST_RUNS + 1))
async def test_a_request_that_lost_runs_again_alone_and_succeeds(
    committing_client: AsyncClient, manager: Caller, product: Product, run: int
) -> None:
    async with held(product, lets_go_before=run) as rival:
        response = await set_stock(committing_client, manager, product)

    assert response.status_code == 200
    assert response.json()["stock"] == 7
    assert rival.runs == run
    stored = await Product.get(product.id)
    assert stored is not None
    assert stored.stock == 7


async def test_the_fourth_conflict_is_told_as_a_passing_error_and_nothing_is_written(
    committing_client: AsyncClient, manager: Caller, product: Product
) -> None:
    async with held(product, lets_go_before=0) as rival:
        response = await set_stock(committing_client, manager, product)

    assert rival.runs == MOST_RUNS == 4
    assert response.status_code == 503
    assert response.json()["code"] == "database_unavailable"
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
    assert int(response.headers["Retry-After"]) > 0
    assert await Product.get(product.id) == product


async def test_who_runs_again_has_all_places(
    committing_client: AsyncClient,
    manager: Caller,
    product: Product,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entered: list[tuple[bool, int]] = []
    enter = turns.enter

    async def watch() -> int:
        places = await enter()
        entered.append((runs_again.get(), places))
        return places

    monkeypatch.setattr(turns, "enter", watch)
    async with held(product, lets_go_before=2):
        await set_stock(committing_client, manager, product)

    assert entered == [(False, 1), (True, turns.places)]


async def test_a_body_in_several_pieces_is_whole_again_in_the_second_run(
    committing_client: AsyncClient, manager: Caller, product: Product
) -> None:
    async def body() -> AsyncIterator[bytes]:
        for piece in (b'{"stock"', b": 7, ", b'"name": "', "Чайник".encode(), b'"}'):
            yield piece

    headers = manager.headers | {"Content-Type": "application/json"}
    async with held(product, lets_go_before=2):
        response = await committing_client.patch(
            f"/products/{product.id}", headers=headers, content=body()
        )

    assert response.status_code == 200, response.text
    assert (response.json()["stock"], response.json()["name"]) == (7, "Чайник")


async def test_emptying_all_collections_gives_way_to_a_transaction_that_goes_on(
    product: Product,
) -> None:
    other = await make_product()
    async with held(product, lets_go_before=0) as rival:
        emptying = asyncio.create_task(empty_all_collections())
        await asyncio.sleep(0.2)
        async with asyncio.timeout(5):
            await product_crud.collection.update_one(
                {"_id": other.id}, {"$set": {"stock": -1}}, session=rival.session
            )
            await rival.session.commit_transaction()
        await emptying

    assert await Product.count() == 0
