"""The address of the database, as the settings take it."""

import pytest

from app.config import load_settings

PASSWORD = "of-the-database"
SHAPE = "must look like mongodb://USER:PASSWORD@HOST:PORT/DATABASE"


@pytest.mark.parametrize(
    "url",
    [
        f"mongodb://app:{PASSWORD}@db:27017",
        f"mongodb://app:{PASSWORD}@db:27017/",
        f"mongodb://app:{PASSWORD}@db:27017/?authSource=admin",
        f"mongodb+srv://app:{PASSWORD}@db.example.com",
        f"mysql://app:{PASSWORD}@db:27017/app",
        f"http://app:{PASSWORD}@db:27017/app",
        f"app:{PASSWORD}@db:27017/app",
        f"mongodb://app:{PASSWORD}@db:port/app",
        f"mongodb://app:{PASSWORD}@db:99999/app",
        f"mongodb://app:{PASSWORD}@@db:27017/app",
        f"mongodb://{PASSWORD}:%zz@db/app",
        f"mongodb://app:{PASSWORD}@db/a b",
        f"mongodb://app:{PASSWORD}@db/a$b",
        f"mongodb://app:{PASSWORD}@db/app?w=majority&{PASSWORD}",
        f"mongodb://app:{PASSWORD}@db/app?authMechanism={PASSWORD}",
        f"mongodb://app:{PASSWORD}@[::1/app",
    ],
)
def test_an_address_without_a_database_or_not_of_this_form_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("MONGODB_URL", url)

    with pytest.raises(SystemExit) as refusal:
        load_settings()

    message = str(refusal.value.code)
    assert message.startswith("MONGODB_URL: ")
    assert message.endswith(SHAPE)
    assert len(message.splitlines()) == 1
    assert PASSWORD not in message


@pytest.mark.parametrize(
    "url",
    [
        f"mongodb://app:{PASSWORD}@db:27017/app",
        f"mongodb://app:{PASSWORD}@one,two:27018/app?replicaSet=rs0&authSource=admin",
        f"mongodb://app:{PASSWORD}@[::1]:27017/app",
        f"mongodb+srv://app:{PASSWORD}@db.example.com/app",
    ],
)
def test_any_address_that_names_a_database_is_taken(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("MONGODB_URL", url)

    assert load_settings().mongodb_url.get_secret_value() == url
