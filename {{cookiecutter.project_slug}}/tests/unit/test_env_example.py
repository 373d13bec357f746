"""`.env.example` tells the truth about `app/config.py`."""

import re
from io import StringIO
from typing import Any

import pytest
from dotenv import dotenv_values
from pydantic import TypeAdapter
from pydantic_core import PydanticUndefined

from app.config import Settings
from tests.process import PROJECT

EXAMPLE = (PROJECT / ".env.example").read_text(encoding="utf-8")
SHOWN_DEFAULT = re.compile(r"^# (?=[A-Z_]+=)", re.MULTILINE)
SHOWN = dotenv_values(stream=StringIO(SHOWN_DEFAULT.sub("", EXAMPLE)))
WRITTEN = dotenv_values(stream=StringIO(EXAMPLE))


def test_it_names_every_setting_in_the_order_of_the_class_and_then_what_compose_needs() -> None:
    compose = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    settings = [name.lower() for name in SHOWN if f"${{{name}:" not in compose]

    assert settings == list(Settings.model_fields)
    assert list(SHOWN)[: len(settings)] == [name.upper() for name in settings]


@pytest.mark.parametrize("name", [name for name in SHOWN if name not in WRITTEN])
def test_a_default_that_it_shows_is_the_one_that_holds(name: str) -> None:
    field = Settings.model_fields[name.lower()]
    shown = SHOWN[name]
    assert field.annotation is not None

    if shown:
        assert TypeAdapter[Any](field.annotation).validate_python(shown) == field.default
    else:
        assert field.default in (None, PydanticUndefined, [], {})


def test_it_holds_no_secret() -> None:
    secrets = [name for name in SHOWN if name.endswith(("_KEY", "_PASSWORD"))]

    assert secrets
    assert not any(SHOWN[name] for name in secrets)
