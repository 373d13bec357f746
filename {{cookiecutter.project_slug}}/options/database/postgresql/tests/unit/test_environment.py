"""Tests work in a database of their own, which is gone when they end."""

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import settings
from tests.environment import new_database
from tests.process import run_python


async def databases_beside(url: str) -> list[str]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        names = list(await connection.scalars(text("SELECT datname FROM pg_database")))
    await engine.dispose()
    return names


async def test_the_database_that_the_environment_names_is_left_alone() -> None:
    async with new_database() as precious:
        program = "import os, tests; print(os.environ['DATABASE_URL'])"
        process = run_python("-c", program, DATABASE_URL=precious)

        assert process.returncode == 0, process.stderr
        used = make_url(process.stdout.strip()).database
        assert used != make_url(precious).database
        assert used not in await databases_beside(precious)


def test_these_tests_do_so_too() -> None:
    database = make_url(settings.database_url.get_secret_value()).database

    assert database is not None
    assert database.startswith("test_")
