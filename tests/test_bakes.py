"""Bakes as they lie on the disk: whole, well formed, in the document's layout."""

import ast
import re
import sys
import tomllib
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml
from conftest import Baker

from answers import COMBINATIONS, HOSTILE
from baking import CHOICES, ROOT, Answers, Bake, template_files

LEFT_OVER = re.compile(r"cookiecutter|\{%|%\}|\{#|#\}|options/")
RUFF = Path(sys.executable).with_name("ruff")

# Phase 0.1 of the document, then the files that its later phases name.
LAYOUT = {
    "app": "__init__ main config dependencies",
    "app/core": "database redis queue security auth exceptions logging",
    "app/models": "user product order",
    "app/crud": "base user product order",
    "app/services": "user_service product_service order_service",
    "app/schemas": "user product order",
    "app/routers": "users products orders auth",
    "tests": "conftest",
}
LAYOUT_OF_DATABASE = {
    "postgresql": {"alembic": "env"},
    "mongodb": {"migrations": "__main__"},
}
LAYOUT_OF_QUEUE = {
    "arq": {"app/tasks": "emails worker"},
    "celery": {"app/tasks": "emails celery_app"},
    "both": {"app/tasks": "emails worker celery_app"},
    "none": {"app/tasks": "emails"},
}
PYTHONS_OF_DATABASE = {"postgresql": ">=3.11", "mongodb": ">=3.11,<3.14"}
TOP_LEVEL = {
    "pyproject.toml",
    "requirements.txt",
    "Dockerfile",
    "docker-compose.yml",
    ".env.example",
    "README.md",
    "Makefile",
}

every_bake = pytest.mark.parametrize(
    "answers", COMBINATIONS, ids=lambda answers: "-".join(answers.values())
)
every_text = pytest.mark.parametrize(
    "answers",
    [*COMBINATIONS, *HOSTILE],
    ids=lambda answers: answers.get("project_slug") or "-".join(answers.values()),
)


@every_bake
def test_bake_has_nothing_left_of_the_template(bake: Baker, answers: Answers) -> None:
    made = bake(**answers)

    # Mails are the project's own templates.
    names = [name for name in made.files() if not name.startswith("app/templates/")]
    left = [name for name in names if LEFT_OVER.search(f"{name}\n{made.read(name)}")]

    assert not left
    assert not (made.path / "options").exists()


@every_bake
def test_bake_has_the_layout_of_the_document(bake: Baker, answers: Answers) -> None:
    layout = LAYOUT | LAYOUT_OF_DATABASE[answers["database"]]
    layout |= LAYOUT_OF_QUEUE[answers["task_queue"]]
    modules = {f"{folder}/{name}.py" for folder, names in layout.items() for name in names.split()}

    assert modules | TOP_LEVEL <= set(bake(**answers).files())


@every_bake
def test_bake_has_the_files_of_its_answers_and_no_others(bake: Baker, answers: Answers) -> None:
    files = bake(**answers).files()

    assert files == sorted({*template_files(answers), ".env"})


def test_tree_in_the_readme_shows_what_is_there(bake: Baker) -> None:
    tree = (ROOT / "README.md").read_text(encoding="utf-8").split("```")[1]
    shown = set(re.findall(r"[\w.-]+\.\w+|[.\w-]+(?=/)", tree))

    bakes = [bake(database=database) for database in CHOICES["database"]]
    there = {part for made in bakes for name in made.files() for part in name.split("/")}

    assert shown <= there | {"my-service"}


@every_bake
def test_links_in_documents_lead_to_files(bake: Baker, answers: Answers) -> None:
    made = bake(**answers)

    for name in (name for name in made.files() if name.endswith(".md")):
        links = re.findall(r"\]\((?!https://)([^)#]+)", made.read(name))
        missing = [link for link in links if not (made.path / name).parent.joinpath(link).exists()]
        assert not missing, name


@every_text
def test_bake_passes_ruff_as_it_was_baked(bake: Baker, answers: Answers) -> None:
    made = bake(**answers)

    formatted = made.run(RUFF, "format", "--check", "--no-cache", ".")
    checked = made.run(RUFF, "check", "--no-cache", ".")

    assert formatted.returncode == 0, formatted.stdout
    assert checked.returncode == 0, checked.stdout


@every_text
def test_bake_is_well_formed(bake: Baker, answers: Answers) -> None:
    made = bake(**answers)

    for name in made.files():
        text = made.read(name)
        assert text == "" or text.endswith("\n"), f"{name} has no newline at its end"
        assert not re.search(r"[ \t]$|\n\n\n\n|\A\n|\n\n\Z", text, re.MULTILINE), name
        if name.endswith(".py"):
            ast.parse(text, name)
        if name.endswith((".yml", ".yaml")):
            assert list(yaml.safe_load_all(text)), name


@every_bake
def test_project_table_carries_the_answers(bake: Baker, answers: Answers) -> None:
    project = tomllib.loads(bake(**answers).read("pyproject.toml"))["project"]

    assert project["name"] == "my-service"
    assert project["authors"] == [{"name": "Your Name", "email": "you@example.com"}]
    assert project["requires-python"] == PYTHONS_OF_DATABASE[answers["database"]]


def test_project_table_carries_hostile_text(bake: Baker) -> None:
    for answers in HOSTILE:
        project = tomllib.loads(bake(**answers).read("pyproject.toml"))["project"]

        assert project["name"] == answers["project_slug"]
        assert project["description"] == answers["description"]
        assert project["authors"][0]["name"] == answers["author_name"]


@every_bake
def test_every_range_has_an_upper_bound(bake: Baker, answers: Answers) -> None:
    table = tomllib.loads(bake(**answers).read("pyproject.toml"))
    ranges = table["project"]["dependencies"] + table["dependency-groups"]["dev"]

    assert ranges
    assert all(re.search(r",<\d|==\d", each) for each in ranges), ranges


def test_bake_is_checked_by_the_rules_of_the_template(bake: Baker) -> None:
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    theirs = tomllib.loads(bake().read("pyproject.toml"))["tool"]["ruff"]

    for name in ("line-length", "target-version"):
        assert ours[name] == theirs[name]
    for name in ("select", "ignore", "pylint"):
        assert ours["lint"][name] == theirs["lint"][name]


@pytest.mark.parametrize(
    ("database", "needed"),
    [("postgresql", "3.11 or newer is needed"), ("mongodb", "3.11, 3.12 or 3.13 is needed")],
)
def test_make_refuses_an_old_python_with_one_line(
    bake: Baker, old_python: Path, tmp_path: Path, database: str, needed: str
) -> None:
    done = make_lint(bake(database=database), old_python, tmp_path)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert f"Python {needed}" in done.stderr


def test_make_refuses_a_python_that_is_too_new_for_beanie(
    bake: Baker, new_python: Path, tmp_path: Path
) -> None:
    done = make_lint(bake(database="mongodb"), new_python, tmp_path)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr


def make_lint(made: Bake, python: Path, folder: Path) -> "CompletedProcess[str]":
    """Let a project make its environment with this Python."""
    return made.run("make", "lint", f"PYTHON={python}", f"VENV={folder / 'venv'}")


def test_python_versions_differ_in_text_files_only(bake: Baker) -> None:
    """So one run of a project's own tests is enough for all of them."""
    python = [
        {name: made.read(name) for name in made.files() if name.endswith(".py")}
        for made in (bake(python_version=version) for version in CHOICES["python_version"])
    ]

    assert all(files == python[0] for files in python)
    assert bake(python_version="3.13").differing_files(bake(python_version="3.14"))
