"""A commit whose answer is lost is asked for again, and one that failed has no effect."""

import pytest
from httpx2 import AsyncClient

from app.core.database import COMMIT_TRIES
from app.core.exceptions import DatabaseUnavailableError
from app.core.write_conflicts import WriteConflictError
from app.crud.product import product_crud
from app.models import User
from tests.factories import PASSWORD, unit_of_work
from tests.mongodb import Commands, FailingServer
from tests.smtp import Mailbox, mail_server

TEAPOT = {"name": "Teapot", "price_cents": 1999, "currency": "EUR"}


NEVER_COMMITTED = {"errorCode": 20}


# The time limit ran out: whether it was committed, nobody knows.
UNKNOWN = {"errorCode": 50}


async def add_teapot(error: BaseException | None = None) -> None:
    async with unit_of_work() as db:
        await product_crud.create(db, TEAPOT)
        if error:
            raise error


async def test_a_commit_that_fails_is_an_error_and_sends_no_mail(
    commands: Commands, server: FailingServer, committing_client: AsyncClient
) -> None:
    mailbox = Mailbox()
    account = {"email": "ann@example.com", "password": PASSWORD}
    server.fail(["commitTransaction"], **NEVER_COMMITTED)

    async with mail_server(mailbox):
        response = await committing_client.post("/users/register", json=account)

    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert mailbox.mails == []
    assert await User.count() == 0


@pytest.mark.parametrize("lost_answers", [0, 1, 2])
async def test_a_commit_whose_answer_was_lost_is_asked_for_again(
    commands: Commands, server: FailingServer, lost_answers: int
) -> None:
    if lost_answers:
        server.fail(["commitTransaction"], times=lost_answers, **UNKNOWN)

    await add_teapot()

    assert server.database.products.count_documents({}) == 1
    assert commands.sent.count("commitTransaction") == lost_answers + 1


async def test_a_commit_that_happened_but_was_not_confirmed_writes_once(
    commands: Commands, server: FailingServer
) -> None:
    unconfirmed = {"code": 64, "errmsg": "waiting for replication timed out"}
    server.fail(["commitTransaction"], writeConcernError=unconfirmed)

    await add_teapot()

    assert server.database.products.count_documents({}) == 1
    assert commands.sent.count("commitTransaction") == 2
    assert commands.sent.count("insert") == 1


async def test_a_commit_that_nobody_confirms_is_an_error_after_three_times(
    commands: Commands, server: FailingServer
) -> None:
    server.fail(["commitTransaction"], times=100, **UNKNOWN)

    with pytest.raises(DatabaseUnavailableError):
        await add_teapot()

    assert commands.sent.count("commitTransaction") == COMMIT_TRIES == 3


async def test_a_conflict_at_the_commit_is_one_that_may_run_again(
    commands: Commands, server: FailingServer
) -> None:
    server.fail(["commitTransaction"], errorCode=112)

    with pytest.raises(WriteConflictError):
        await add_teapot()

    assert server.database.products.count_documents({}) == 0
