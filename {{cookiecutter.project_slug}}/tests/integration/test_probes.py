"""Probes: alive, and ready for requests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from app.config import settings
from app.core.database import DbSession, get_db
from app.core.exceptions import DatabaseUnavailableError
from app.main import app


async def no_database() -> AsyncIterator[DbSession]:
    """Stand in for `get_db` when the database is away."""
    raise DatabaseUnavailableError
    yield


async def test_livez_asks_for_no_database_and_readyz_does(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.dependency_overrides, get_db, no_database)

    livez, readyz = await client.get("/livez"), await client.get("/readyz")

    assert livez.status_code == 200
    assert livez.json() == {"status": "ok"}
    assert readyz.status_code == 503
    assert readyz.json()["code"] == "database_unavailable"
    assert readyz.headers["Retry-After"] == "2"


async def test_readyz_is_200_when_the_database_is_there_and_migrated(client: AsyncClient) -> None:
    response = await client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


async def test_readyz_is_503_while_the_drain_file_exists(
    client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain_file = tmp_path / "drain"
    monkeypatch.setattr(settings, "drain_file", drain_file)
    statuses = [(await client.get("/readyz")).status_code]

    drain_file.touch()
    drained = await client.get("/readyz")
    drain_file.unlink()
    statuses.append((await client.get("/readyz")).status_code)

    assert statuses == [200, 200]
    assert drained.status_code == 503
    assert drained.json()["code"] == "unavailable"
    assert drained.headers["Retry-After"] == "2"


async def test_livez_is_200_while_the_drain_file_exists(
    client: AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "drain_file", tmp_path)

    response = await client.get("/livez")

    assert response.status_code == 200
