"""A unit of work is one transaction: undone, committed, asked again, and nothing when it reads."""

import asyncio

import pytest
from httpx2 import AsyncClient
from pymongo.errors import OperationFailure

from app.core.database import begin, release, turns
from app.core.exceptions import ProductNotFoundError
from app.crud.product import product_crud
from app.crud.user import user_crud
from app.models import Order, Product
from app.services.user_service import user_service
from tests.factories import PASSWORD, make_caller, make_product, make_user, unit_of_work
from tests.integration.calls import order_of, place_order
from tests.mongodb import Commands, FailingServer

TEAPOT = {"name": "Teapot", "price_cents": 1999, "currency": "EUR"}


async def add_teapot(error: BaseException | None = None) -> None:
    async with unit_of_work() as db:
        await product_crud.create(db, TEAPOT)
        if error:
            raise error


async def test_what_a_failing_request_wrote_is_undone(committing_client: AsyncClient) -> None:
    buyer, there, sold_out = await make_caller(), await make_product(), await make_product(stock=1)
    async with unit_of_work() as other:
        # Sold while the request is on its way: its first check saw one piece.
        await product_crud.take_stock(other, sold_out.id, 1)
    before = await Product.find_all().to_list()

    response = await place_order(committing_client, buyer, order_of(there, sold_out))

    assert response.status_code == 409
    assert await Product.find_all().to_list() == before
    assert await Order.count() == 0
    assert turns.taken == 0


async def test_whoever_only_reads_starts_no_transaction(commands: Commands) -> None:
    product = await make_product()
    commands.sent.clear()

    async with unit_of_work() as db:
        await product_crud.get(db, product.id)
        await user_crud.get_by_email(db, "ann@example.com")
        assert not db.in_transaction
        assert turns.taken == 0

    assert commands.sent == ["find", "find"]


async def test_whoever_writes_twice_commits_once(commands: Commands) -> None:
    async with unit_of_work() as db:
        await product_crud.create(db, TEAPOT)
        await product_crud.create(db, TEAPOT)
        assert turns.taken == 1

    assert commands.sent[-3:] == ["insert", "insert", "commitTransaction"]


async def test_whoever_began_and_wrote_nothing_commits_nothing(commands: Commands) -> None:
    async with unit_of_work() as db:
        await begin(db)

    assert commands.sent == []


async def test_release_commits_and_gives_the_turn_back_and_the_next_write_takes_another(
    commands: Commands, server: FailingServer
) -> None:
    taken = []
    async with unit_of_work() as db:
        for _ in range(2):
            await product_crud.create(db, TEAPOT)
            taken.append(turns.taken)
            await release(db)
            taken.append(turns.taken)

    assert taken == [1, 0, 1, 0]
    assert commands.sent.count("commitTransaction") == 2
    assert server.database.products.count_documents({}) == 2


async def test_release_of_a_unit_of_work_that_only_reads_is_nothing(commands: Commands) -> None:
    async with unit_of_work() as db:
        await release(db)

    assert commands.sent == []


@pytest.mark.parametrize(
    "error", [ProductNotFoundError(), RuntimeError(), asyncio.CancelledError()], ids=repr
)
async def test_whatever_ends_a_unit_of_work_ends_its_transaction_and_gives_its_place_back(
    commands: Commands, server: FailingServer, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        await add_teapot(error)

    assert commands.sent[-2:] == ["insert", "abortTransaction"]
    assert turns.taken == 0
    assert server.database.products.count_documents({}) == 0


async def test_a_place_is_given_back_when_even_the_abort_fails(
    commands: Commands, server: FailingServer
) -> None:
    server.fail(["insert", "abortTransaction"], times=2, errorCode=20)

    with pytest.raises(OperationFailure):
        await add_teapot()

    assert turns.taken == 0


@pytest.mark.parametrize("command", ["insert", "commitTransaction"])
async def test_a_unit_of_work_that_is_cancelled_while_it_waits_for_an_answer_gives_its_place_back(
    commands: Commands, server: FailingServer, command: str
) -> None:
    server.fail([command], blockConnection=True, blockTimeMS=300)
    work = asyncio.create_task(add_teapot())
    await asyncio.sleep(0.1)
    assert commands.sent[-1] == command

    work.cancel()
    await asyncio.gather(work, return_exceptions=True)

    assert work.cancelled()
    assert turns.taken == 0


async def test_a_login_holds_neither_a_transaction_nor_a_place_while_the_password_is_checked(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make_user()
    held: list[int] = []

    async def watch(plain: str, hashed: str) -> tuple[bool, str | None]:
        held.append(turns.taken)
        return True, None

    monkeypatch.setattr("app.services.user_service.verify_and_upgrade", watch)

    async with unit_of_work() as db:
        found = await user_service.authenticate(db, user.email, PASSWORD)
        held.append(turns.taken)

    assert found is not None
    assert held == [0, 1]
