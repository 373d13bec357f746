"""What only real transactions show: a commit that fails, and a connection that is given back."""

from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient
from sqlalchemy.pool import AsyncAdaptedQueuePool

from app.core.database import engine, release
from app.services.user_service import user_service
from tests.factories import PASSWORD, make_user, unit_of_work
from tests.smtp import Mailbox, mail_server

REFUSE_AT_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'refused at commit'; END $$;
CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON users
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""


async def run_script(script: str) -> None:
    """Run statements outside the unit of work under test."""
    async with engine.begin() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute(script)


def connections_in_use() -> int:
    assert isinstance(engine.pool, AsyncAdaptedQueuePool)
    return engine.pool.checkedout()


@pytest.fixture
async def refusing_commits(committed: None) -> AsyncIterator[None]:
    """Let each insert of a user succeed, and its commit fail."""
    await run_script(REFUSE_AT_COMMIT)
    yield
    await run_script("DROP FUNCTION refuse() CASCADE")


async def test_a_commit_that_fails_is_an_error_and_sends_no_mail(
    refusing_commits: None, committing_client: AsyncClient
) -> None:
    mailbox = Mailbox()
    account = {"email": "ann@example.com", "password": PASSWORD}

    async with mail_server(mailbox):
        response = await committing_client.post("/users/register", json=account)

    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"
    assert mailbox.mails == []
    form = {"username": "ann@example.com", "password": PASSWORD}
    assert (await committing_client.post("/auth/token", data=form)).status_code == 401


async def test_release_gives_the_connection_back_to_the_pool(committed: None) -> None:
    made = await make_user()

    async with unit_of_work() as db:
        user = await user_service.get_user(db, made.id)
        while_reading = connections_in_use()
        await release(db)
        while_released = connections_in_use()

    assert (while_reading, while_released) == (1, 0)
    assert user.email == made.email


async def test_a_login_holds_no_connection_while_the_password_is_checked(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make_user()
    held: list[int] = []

    async def watch(plain: str, hashed: str) -> tuple[bool, str | None]:
        held.append(connections_in_use())
        return True, None

    monkeypatch.setattr("app.services.user_service.verify_and_upgrade", watch)

    form = {"username": user.email, "password": PASSWORD}
    response = await committing_client.post("/auth/token", data=form)

    assert response.status_code == 200
    assert held == [0]
