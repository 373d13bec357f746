"""Readiness follows the schema: an instance waits until the migrations of its release ran."""

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text

from tests.factories import unit_of_work


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = '0000'",
        "DELETE FROM alembic_version",
        "DROP TABLE alembic_version",
    ],
)
async def test_readyz_is_503_while_the_schema_is_not_the_one_of_this_release(
    client: AsyncClient, statement: str
) -> None:
    async with unit_of_work() as db:
        await db.execute(text(statement))

    response = await client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["code"] == "unavailable"
    assert response.headers["Retry-After"] == "2"
