"""Bases of the schemas: unknown fields, patches and pages."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from app.schemas.base import Input, PageQuery, Patch
from app.schemas.product import ProductUpdate
from app.schemas.user import UserUpdate, UserUpdateMe


def descendants(schema: type[Input]) -> Iterator[type[Input]]:
    for child in schema.__subclasses__():
        yield child
        yield from descendants(child)


INPUTS = sorted(set(descendants(Input)), key=lambda schema: schema.__name__)
PATCHED_FIELDS = [
    (schema, name) for schema in (ProductUpdate, UserUpdate) for name in schema.model_fields
]


def test_the_schemas_of_all_modules_are_checked_here() -> None:
    modules = {schema.__module__.rsplit(".", 1)[1] for schema in INPUTS}

    assert modules == {
        "account",
        "api_key",
        "auth",
        "base",
        "callback",
        "job",
        "notification",
        "order",
        "product",
        "report",
        "user",
        "webhook",
    }


@pytest.mark.parametrize("schema", INPUTS)
def test_what_a_caller_sends_may_hold_no_field_that_is_not_known(schema: type[Input]) -> None:
    with pytest.raises(ValidationError) as refusal:
        schema.model_validate({"is_superuser": True})

    assert "extra_forbidden" in {error["type"] for error in refusal.value.errors()}


@pytest.mark.parametrize(("schema", "name"), PATCHED_FIELDS)
def test_null_is_no_value_for_a_field_that_is_changed(schema: type[Patch], name: str) -> None:
    with pytest.raises(ValidationError):
        schema.model_validate({name: None})


@pytest.mark.parametrize(
    "sent", [{}, {"name": "Teapot"}, {"stock": 0, "description": ""}, {"price_cents": 1}]
)
def test_a_patch_changes_the_fields_that_were_sent_and_no_others(sent: dict[str, Any]) -> None:
    assert ProductUpdate.model_validate(sent).changes() == sent


def test_a_customer_cannot_change_their_own_role() -> None:
    with pytest.raises(ValidationError):
        UserUpdateMe.model_validate({"role": "admin"})


@pytest.mark.parametrize("value", ["true", 1, "yes", None])
def test_active_is_true_or_false_and_nothing_that_looks_like_it(value: Any) -> None:
    with pytest.raises(ValidationError):
        UserUpdate.model_validate({"is_active": value})


@pytest.mark.parametrize("limit", [1, "20", 100])
def test_a_page_has_one_to_a_hundred_items(limit: int | str) -> None:
    assert PageQuery.model_validate({"limit": limit}).page().limit == int(limit)


@pytest.mark.parametrize("limit", [0, -1, 101, 1_000_000, 2**70, "", "x", "1.5", None])
def test_a_page_of_another_size_is_refused(limit: Any) -> None:
    with pytest.raises(ValidationError):
        PageQuery.model_validate({"limit": limit})


@pytest.mark.parametrize("cursor", ["", "with space", "a+b/c=", "x" * 2_001, "a\n"])
def test_text_that_cannot_be_a_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValidationError):
        PageQuery.model_validate({"cursor": cursor})


def test_a_page_starts_with_the_newest_unless_told_otherwise() -> None:
    page = PageQuery().page()

    assert (page.limit, page.cursor, page.sort) == (20, None, "-created_at")
