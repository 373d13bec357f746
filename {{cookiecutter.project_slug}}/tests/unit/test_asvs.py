"""`docs/asvs.yaml` is complete, and every test that it names exists."""

import ast
import re
from functools import cache
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # used here alone, for which its stubs are too much

from tests.process import PROJECT

REQUIREMENTS: list[dict[str, Any]] = yaml.safe_load(
    (PROJECT / "docs" / "asvs.yaml").read_text(encoding="utf-8")
)["requirements"]

ID = re.compile(r"V\d{1,2}\.\d{1,2}\.\d{1,2}")
KINDS = {"tests", "not_applicable", "exception"}

# All requirements of level 1 in OWASP ASVS 5.0.0, by section.
LEVEL_1 = {
    f"V{section}.{number}"
    for section, numbers in {
        "1.2": (1, 2, 3, 4, 5),
        "1.3": (1, 2),
        "1.5": (1,),
        "2.1": (1,),
        "2.2": (1, 2),
        "2.3": (1,),
        "3.2": (1, 2),
        "3.3": (1,),
        "3.4": (1, 2),
        "3.5": (1, 2, 3),
        "4.1": (1,),
        "4.4": (1,),
        "5.2": (1, 2),
        "5.3": (1, 2),
        "6.1": (1,),
        "6.2": (1, 2, 3, 4, 5, 6, 7, 8),
        "6.3": (1, 2),
        "6.4": (1, 2),
        "7.2": (1, 2, 3, 4),
        "7.4": (1, 2),
        "8.1": (1,),
        "8.2": (1, 2),
        "8.3": (1,),
        "9.1": (1, 2, 3),
        "9.2": (1,),
        "10.4": (1, 2, 3, 4, 5),
        "11.3": (1, 2),
        "11.4": (1,),
        "12.1": (1,),
        "12.2": (1, 2),
        "13.4": (1,),
        "14.2": (1,),
        "14.3": (1,),
        "15.1": (1,),
        "15.2": (1,),
        "15.3": (1,),
    }.items()
    for number in numbers
}


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """Return the names of the tests in a file, none if there is no such file."""
    file = PROJECT / path
    tree = ast.parse(file.read_text(encoding="utf-8") if file.is_file() else "")
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in tree.body if isinstance(node, functions))


def is_test(node_id: str) -> bool:
    """Tell whether there is a test of this name that `make test` runs."""
    path, _, name = node_id.partition("::")
    is_collected = re.fullmatch(r"tests/(\w+/)*test_\w+\.py", path) and name.startswith("test_")
    return bool(is_collected) and name in names_of_tests(path)


def test_each_requirement_is_listed_once_in_full() -> None:
    ids = [requirement["id"] for requirement in REQUIREMENTS]

    assert [name for name in ids if not ID.fullmatch(name)] == []
    assert len(set(ids)) == len(ids)
    for requirement in REQUIREMENTS:
        assert set(requirement) - KINDS == {"id", "level", "about"}, requirement["id"]
        assert requirement["about"]


def test_every_requirement_of_level_1_is_there_and_of_level_2_those_that_are_met() -> None:
    by_level = {
        level: {entry["id"] for entry in REQUIREMENTS if entry["level"] == level}
        for level in (1, 2)
    }

    assert len(LEVEL_1) == 70
    assert by_level[1] == LEVEL_1
    assert by_level[1] | by_level[2] == {entry["id"] for entry in REQUIREMENTS}
    assert all("tests" in entry for entry in REQUIREMENTS if entry["level"] == 2)


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda requirement: requirement["id"])
def test_requirement_has_tests_that_exist_or_one_reason(requirement: dict[str, Any]) -> None:
    (kind,) = KINDS & set(requirement)
    answer = requirement[kind]

    if kind == "tests":
        assert answer
        assert [node_id for node_id in answer if not is_test(node_id)] == []
        assert len(set(answer)) == len(answer)
    else:
        assert re.fullmatch(r"[A-Z].{20,}\.", answer)
        assert [name for name in re.findall(r"test_\w+", answer) if not is_named(name)] == []


def is_named(name: str) -> bool:
    """Tell whether any file has a test of this name."""
    files = (PROJECT / "tests").rglob("test_*.py")
    return any(name in names_of_tests(file.relative_to(PROJECT).as_posix()) for file in files)


@pytest.mark.parametrize(
    "node_id",
    [
        "tests/unit/test_asvs.py::test_that_was_renamed",
        "tests/unit/test_that_was_moved.py::test_is_found",
        "tests/unit/test_asvs.py::is_test",
        "tests/process.py::run_python",
        "tests/unit/test_asvs.py",
    ],
)
def test_name_of_no_test_is_noticed(node_id: str) -> None:
    this = f"tests/unit/test_asvs.py::{test_name_of_no_test_is_noticed.__name__}"

    assert is_test(this)
    assert not is_test(node_id)
