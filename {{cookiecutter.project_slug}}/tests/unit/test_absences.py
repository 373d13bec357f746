"""What the service is safe from because it is not there: in the code, in the API, in the image."""

import ast
import re

import pytest

from dev.database import MIGRATE_COMMAND
from tests.contract import OPERATIONS, resolve
from tests.process import PROJECT

STARTS_PROGRAMS = re.compile(
    r"subprocess|pty|system|popen|fork|posix_spawn|(exec|spawn)[lv]p?e?|create_subprocess_\w+"
)
# `re.compile` is met as an attribute, the builtin as a bare name.
RUNS_TEXT = re.compile(
    r"(bare )?(eval|exec)|bare (compile|__import__)|import_module|runpy|from_string"
    r"|pickle|dill|marshal|shelve|unsafe_load"
)
IS_BROKEN_OR_PREDICTABLE = re.compile(
    r"(?i:md[245]|sha1|ripemd\w*|rc4|arc4|blowfish|tripledes|ecb|pkcs1v15)|random|uuid[13]"
)
SECRET_PARAMETER = re.compile(r"passw|secret|token|key$|credential|e-?mail", re.IGNORECASE)


def names_in(code: str) -> set[str]:
    """Return every name that code uses; those that stand alone also marked as bare."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Name(id=name):
                found |= {name, f"bare {name}"}
            case ast.Attribute(attr=name):
                found.add(name)
            case ast.Import(names=aliases):
                found.update(*(alias.name.split(".") for alias in aliases))
            case ast.ImportFrom(module=module, names=aliases):
                found.update((module or "").split("."), (alias.name for alias in aliases))
    return found


def uses_of(forbidden: re.Pattern[str]) -> list[str]:
    """Return where the service uses a name of this kind."""
    return [
        f"{path.relative_to(PROJECT)}: {name}"
        for path in sorted((PROJECT / "app").rglob("*.py"))
        for name in sorted(names_in(path.read_text(encoding="utf-8")))
        if forbidden.fullmatch(name)
    ]


def test_the_service_starts_no_program() -> None:
    assert uses_of(STARTS_PROGRAMS) == []


def test_the_service_runs_no_text_as_code_and_unpickles_nothing() -> None:
    assert uses_of(RUNS_TEXT) == []


def test_the_service_uses_no_broken_algorithm_and_no_predictable_random_numbers() -> None:
    assert uses_of(IS_BROKEN_OR_PREDICTABLE) == []


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import subprocess as s", STARTS_PROGRAMS),
        ("from os import system", STARTS_PROGRAMS),
        ("os.execvpe('sh', [], {})", STARTS_PROGRAMS),
        ("await asyncio.create_subprocess_shell('ls')", STARTS_PROGRAMS),
        ("eval('1')", RUNS_TEXT),
        ("compile('1', '', 'eval')", RUNS_TEXT),
        ("Environment().from_string(text)", RUNS_TEXT),
        ("from pickle import loads", RUNS_TEXT),
        ("hashlib.md5(b'')", IS_BROKEN_OR_PREDICTABLE),
        ("hashes.SHA1()", IS_BROKEN_OR_PREDICTABLE),
        ("import random", IS_BROKEN_OR_PREDICTABLE),
    ],
)
def test_a_use_of_what_is_forbidden_is_found(code: str, forbidden: re.Pattern[str]) -> None:
    found = {name for name in names_in(code) if forbidden.fullmatch(name)}
    harmless = {name for name in names_in("re.compile('x')") if forbidden.fullmatch(name)}

    assert found
    assert not harmless


def test_no_secret_and_no_address_of_a_person_is_asked_for_in_a_url() -> None:
    names = {
        name
        for operation in OPERATIONS
        for place in ("path", "query")
        for name in operation.parameters(place)
    }

    assert "search" in names
    assert {name for name in names if SECRET_PARAMETER.search(name)} == set()


def test_a_lost_password_is_replaced_by_a_mailed_token_and_by_nothing_one_could_know() -> None:
    asked = {
        operation.path: set(resolve(operation.body("application/json") or {})["properties"])
        for operation in OPERATIONS
        if operation.path.startswith("/auth/password-reset")
    }

    assert asked == {
        "/auth/password-reset/request": {"email"},
        "/auth/password-reset": {"token", "password"},
    }


def test_the_image_holds_what_is_named_and_neither_secrets_nor_history_nor_tests() -> None:
    lines = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    named = {rule[1:].partition("/")[0] for rule in rules if rule.startswith("!")}

    assert rules[0] == "*"
    assert "app" in named
    migrations = MIGRATE_COMMAND[0]
    assert named <= {"app", migrations, f"{migrations}.ini", "requirements.txt"}
