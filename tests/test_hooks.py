"""Hooks: what they make, what they stop, and what they must never touch."""

import ast
import json
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import run
from conftest import Cookiecutter
from cookiecutter.exceptions import FailedHookException
from cookiecutter.hooks import run_script_with_context

from baking import QUESTIONS, ROOT, TEMPLATE, Bake, snapshot

HOOKS = sorted((ROOT / "hooks").glob("*.py"))
MARKER = ".bake-incomplete"
OPTIONAL = "app/core/database.py"  # a file that only an option brings
REACHES_OUT = {"asyncio", "ftplib", "http", "socket", "ssl", "subprocess", "urllib", "webbrowser"}


@pytest.fixture
def made(cookiecutter: Cookiecutter, beside: Path) -> Bake:
    """Give a bake that may be changed, made by the real command line."""
    assert cookiecutter("--no-input").returncode == 0
    return Bake(beside / "my-service", {})


@pytest.fixture
def colliding_template(tmp_path: Path) -> Path:
    """Give a copy of the template in which an option's file stands in the project already."""
    copy = tmp_path / "template"
    for name in (TEMPLATE.name, "hooks"):
        shutil.copytree(ROOT / name, copy / name)
    for file in (*ROOT.glob("*.py"), ROOT / "cookiecutter.json"):
        shutil.copy(file, copy)
    (copy / TEMPLATE.name / OPTIONAL).write_text("first = 1\n", encoding="utf-8")
    return copy


def recorded(home: Path) -> dict[str, Any]:
    """Return the answers of the last bake, as cookiecutter wrote them down."""
    (file,) = (home / ".cookiecutter_replay").iterdir()
    context: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return context


def test_secrets_stand_in_the_env_file_alone(made: Bake, home: Path, beside: Path) -> None:
    example = made.read(".env.example").splitlines()
    lines = made.read(".env").splitlines()
    secrets = [line.partition("=")[2] for line in lines if line not in example]

    assert secrets
    assert all(len(secret) >= 64 for secret in secrets)
    assert stat.S_IMODE((made.path / ".env").stat().st_mode) == 0o600
    others = [path for path in (*beside.rglob("*"), *home.rglob("*")) if path.name != ".env"]
    for text in (path.read_bytes() for path in others if path.is_file()):
        assert not any(secret.encode() in text for secret in secrets)


def test_two_bakes_have_different_secrets(made: Bake, cookiecutter: Cookiecutter) -> None:
    assert cookiecutter("--no-input", "project_slug=second").returncode == 0

    assert made.read(".env") != made.read("../second/.env")


def test_secrets_and_local_data_are_ignored_by_git(made: Bake) -> None:
    ignored = {line.strip("/") for line in made.read(".gitignore").splitlines()}

    assert {".env", ".local", ".venv"} <= ignored


def test_finished_bake_has_neither_marker_nor_options(made: Bake) -> None:
    assert made.read(OPTIONAL)
    assert not (made.path / MARKER).exists()
    assert not (made.path / "options").exists()


def test_last_hook_may_run_twice(made: Bake, home: Path) -> None:
    before = snapshot(made.path)

    run_script_with_context(ROOT / "hooks/post_gen_project.py", made.path, recorded(home))

    assert snapshot(made.path) == before


def test_baking_over_an_unchanged_bake_changes_nothing(
    made: Bake, cookiecutter: Cookiecutter
) -> None:
    before = snapshot(made.path)

    done = cookiecutter("--no-input", "--overwrite-if-exists")

    assert (done.returncode, done.stderr) == (0, "")
    assert snapshot(made.path) == before


def test_baking_over_an_edited_option_stops_and_keeps_the_edit(
    made: Bake, cookiecutter: Cookiecutter
) -> None:
    (made.path / OPTIONAL).write_text("mine = 1\n", encoding="utf-8")

    done = cookiecutter("--no-input", "--overwrite-if-exists")

    assert done.returncode == 1
    assert done.stderr.startswith(f"{OPTIONAL}: another file stands here; ")
    assert made.read(OPTIONAL) == "mine = 1\n"


def test_collision_stops_the_bake_with_one_line(
    cookiecutter: Cookiecutter, beside: Path, colliding_template: Path
) -> None:
    before = snapshot(beside)

    done = cookiecutter("--no-input", template=colliding_template)

    assert done.returncode == 1
    assert done.stderr.startswith(f"{OPTIONAL}: another file stands here; ")
    assert done.stderr.count("\n") == 1
    assert snapshot(beside) == before


@pytest.mark.parametrize("command", ["run", "test", "lint"])
def test_make_refuses_an_interrupted_bake_with_one_line(
    cookiecutter: Cookiecutter, beside: Path, colliding_template: Path, command: str
) -> None:
    cookiecutter("--no-input", "--keep-project-on-failure", template=colliding_template)
    interrupted = beside / "my-service"

    done = run("make", command, cwd=interrupted)

    assert (interrupted / MARKER).exists()
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1, done.stderr
    assert "not generated to its end" in done.stderr


def test_options_folder_without_its_question_stops_the_bake(
    cookiecutter: Cookiecutter, colliding_template: Path
) -> None:
    options = colliding_template / TEMPLATE.name / "options"
    (options / "database").rename(options / "databse")

    done = cookiecutter("--no-input", template=colliding_template)

    assert done.returncode == 1
    assert done.stderr == "options/databse: there is no such question; rename the folder\n"


def test_first_hook_refuses_bad_answers_by_itself(
    made: Bake, home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    context = recorded(home)
    context["cookiecutter"]["project_slug"] = "../x"

    with pytest.raises(FailedHookException):
        run_script_with_context(ROOT / "hooks/pre_gen_project.py", tmp_path, context)

    assert capfd.readouterr().err.startswith("project_slug: must be ")
    assert not (tmp_path / MARKER).exists()


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.stem)
def test_hook_is_short_and_needs_the_standard_library_alone(hook: Path) -> None:
    source = hook.read_text(encoding="utf-8")

    modules = {name.partition(".")[0] for name in imported(ast.parse(source))}

    assert len(source.splitlines()) < 120
    assert modules <= sys.stdlib_module_names
    assert not modules & REACHES_OUT
    assert "os" not in modules, "os.system and os.popen are a shell"


def imported(tree: ast.Module) -> set[str]:
    """Return the name of every module that a file imports."""
    plain = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    named = {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return plain | named


def test_no_secret_is_a_question() -> None:
    assert not [name for name in QUESTIONS if {"secret", "key", "token"} & set(name.split("_"))]
