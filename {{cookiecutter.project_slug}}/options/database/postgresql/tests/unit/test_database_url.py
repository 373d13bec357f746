"""The address of the database, as the settings take it."""

import pytest

from app.config import load_settings

PASSWORD = "of-the-database"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "mysql", ""])
def test_an_address_for_another_driver_is_refused_by_name_and_without_being_shown(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://app:{PASSWORD}@db:5432/app")

    with pytest.raises(SystemExit) as refusal:
        load_settings()

    message = str(refusal.value.code)
    assert message.startswith("DATABASE_URL: ")
    assert message.endswith("must start with postgresql+asyncpg://")
    assert PASSWORD not in message
