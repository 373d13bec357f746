"""What the documents state about security holds."""

import re
from collections.abc import Iterator
from typing import Any, get_args

from app.config import Settings
from app.schemas.fields import Password
from tests.contract import OPERATIONS, Operation, resolve
from tests.process import PROJECT

ARCHITECTURE = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
# What a text may be limited by, when not by its length.
KINDS_OF_TEXT = {"enum", "const", "format", "contentMediaType"}
ONE_WORD = re.compile(r"\^\w+\$")
BOUNDS_OF_NUMBERS = ({"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"})


def section(title: str) -> str:
    """Return what stands under a heading, in one line."""
    text = ARCHITECTURE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return " ".join(text.split())


def default(name: str) -> Any:
    """Return the default of a setting."""
    return Settings.model_fields[name].default


def values(schema: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every text and number that a schema takes, with the place where it stands."""
    schema = resolve(schema)
    if schema.get("type") in {"string", "integer", "number"}:
        yield place, schema
    for choice in schema.get("anyOf", []):
        yield from values(choice, place)
    for name, field in schema.get("properties", {}).items():
        yield from values(field, f"{place} {name}")
    if "items" in schema:
        yield from values(schema["items"], place)


def taken_by(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every text and number that an operation takes, wherever it takes it."""
    for parameter in operation.description.get("parameters", []):
        yield from values(parameter["schema"], f"{operation.name} {parameter['name']}")
    for body in operation.description.get("requestBody", {}).get("content", {}).values():
        yield from values(body["schema"], operation.name)


def is_bounded(schema: dict[str, Any]) -> bool:
    """Tell whether a schema says which values are valid."""
    if schema["type"] == "string":
        is_one_word = ONE_WORD.fullmatch(schema.get("pattern", ""))
        return "maxLength" in schema or not KINDS_OF_TEXT.isdisjoint(schema) or bool(is_one_word)
    return all(not bound.isdisjoint(schema) for bound in BOUNDS_OF_NUMBERS)


def test_api_document_says_of_every_text_and_number_what_is_valid() -> None:
    taken = [found for operation in OPERATIONS for found in taken_by(operation)]

    assert len(taken) > 50
    assert [place for place, schema in taken if not is_bounded(schema)] == []


def test_architecture_says_how_attempts_are_limited_and_nobody_is_locked_out() -> None:
    text = section("Rate limits")

    for name in Settings.model_fields:
        assert not name.startswith("rate_limit_") or f"`{name.upper()}`" in text
    assert "account from one address" in text
    assert "locks out" in text
    assert "`TRUSTED_PROXIES`" in text


def test_architecture_states_the_lives_of_tokens_and_sessions_that_are_the_default() -> None:
    text = section("Callers")

    assert f"lives for {default('access_token_expire_minutes')} minutes" in text
    assert f"{default('refresh_token_idle_days')} days after the last refresh" in text
    assert f"{default('refresh_token_absolute_days')} days after the login" in text


def test_architecture_states_what_a_password_may_be() -> None:
    bounds, text = get_args(Password)[1], section("Accounts")

    assert f"{bounds.min_length} to {bounds.max_length} characters" in text
    assert "a common password, a repetition, a run along the keyboard" in text
    assert "the own address or the service's name" in text


def test_architecture_says_where_it_stands_who_may_call_what() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", section("Callers")))

    assert named == {"tests/integration/test_access.py"}
    assert all((PROJECT / name).exists() for name in named)
