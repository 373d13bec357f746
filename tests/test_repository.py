"""The repository itself: commands, documents and workflow agree, and what they say is true."""

import re
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from commands import run

from answers import COMBINATIONS
from baking import CHOICES, QUESTIONS, ROOT, TEMPLATE, files_below

FILES = files_below(ROOT)
DOCUMENTS = sorted(name for name in FILES if name.endswith(".md") and "{" not in name)
WORKFLOW = yaml.safe_load(FILES[".github/workflows/ci.yml"].read_text(encoding="utf-8"))
THEIR_MAKEFILE = (TEMPLATE / "Makefile").read_text(encoding="utf-8")
TARGET = re.compile(r"^([a-z]+):.*? ## ", re.MULTILINE)
MAKE = re.compile(r"\bmake (?:-C \S+ )?([a-z]+)\b(?!\.)")

# In brackets, so that this file does not hold what it looks for.
FOREIGN = re.compile(r"py[p]i\.org|python[h]osted\.org|/[r]oot/|/[w]ork/|/[h]ome/|/[t]mp/lab")


def read(name: str) -> str:
    """Return the text of one file of the repository."""
    return FILES[name].read_text(encoding="utf-8")


def steps() -> list[dict[str, object]]:
    """Return every step of every job."""
    return [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_every_file_is_free_of_index_addresses_and_paths_of_one_machine() -> None:
    texts = {name: path.read_bytes().decode("utf-8", "replace") for name, path in FILES.items()}

    assert not [name for name, text in texts.items() if FOREIGN.search(text)]


def test_template_folder_holds_nothing_that_a_tool_left_there() -> None:
    """Cookiecutter would bake it, too: it knows no .gitignore."""
    assert not [path for path in TEMPLATE.rglob("*cache*") if path.is_dir()]


def test_every_python_file_is_shorter_than_300_lines() -> None:
    python = [name for name in FILES if name.endswith(".py")]

    assert not [name for name in python if len(read(name).splitlines()) >= 300]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_to_files(name: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", read(name))
    local = [link for link in links if not link.startswith("https://")]

    assert not [link for link in local if not (FILES[name].parent / unquote(link)).exists()]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_in_documents_exist(name: str) -> None:
    assert commands_in(name) <= {*TARGET.findall(read("Makefile")), *TARGET.findall(THEIR_MAKEFILE)}


def test_readme_shows_how_to_run_and_to_test() -> None:
    assert {"run", "test"} <= commands_in("README.md") & set(TARGET.findall(THEIR_MAKEFILE))


def commands_in(document: str) -> set[str]:
    """Return the targets of make that a document tells the reader to call."""
    code = re.findall(r"`([^`]+)`", read(document).replace("```", "`"))
    return set(MAKE.findall("\n".join(code)))


def test_readme_names_every_question_and_answer() -> None:
    text = read("README.md")

    missing = [name for name in QUESTIONS if not name.startswith("_") and f"`{name}`" not in text]
    missing += [each for answers in CHOICES.values() for each in answers if each not in text]

    assert not missing


def test_help_lists_every_target() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))

    done = run("make", cwd=ROOT)

    assert targets == set(re.findall(r"^  make ([a-z]+)", done.stdout, re.MULTILINE))


def test_make_refuses_an_old_python_with_one_line(old_python: Path, tmp_path: Path) -> None:
    done = run("make", "lint", f"PYTHON={old_python}", f"VENV={tmp_path / 'venv'}", cwd=ROOT)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert "Python 3.11 or newer is needed" in done.stderr


def test_ci_runs_the_test_command_of_the_readme_alone() -> None:
    lines = read(".ci/run").splitlines()

    assert lines == ["#!/usr/bin/env bash", "set -eu", 'cd "$(dirname "$0")/.."', "make test"]
    assert "make test" in read("README.md")


def test_workflow_runs_commands_of_the_makefiles_alone() -> None:
    commands = [line for step in steps() for line in str(step.get("run", "")).splitlines()]
    targets = set(TARGET.findall(read("Makefile")))

    assert "make test" in commands
    for command in commands:
        assert command.startswith("make "), command
        assert set(MAKE.findall(command)) <= targets


def test_workflow_bakes_the_combinations_that_are_tested_here() -> None:
    job = WORKFLOW["jobs"]["bake"]

    assert job["strategy"]["matrix"] == {"include": COMBINATIONS}
    assert job["env"]["ANSWERS"].split() == [
        word for name in CHOICES for word in (f"{name}=${{{{", f"matrix.{name}", "}}")
    ]


def test_workflow_tests_the_template_on_every_python() -> None:
    matrix = WORKFLOW["jobs"]["template"]["strategy"]["matrix"]

    assert set(matrix["python"]) == set(CHOICES["python_version"])


def test_workflow_has_no_more_rights_than_it_needs() -> None:
    assert WORKFLOW["permissions"] == {}
    assert all(job["permissions"] == {"contents": "read"} for job in WORKFLOW["jobs"].values())
    used = [step for step in steps() if "uses" in step]
    assert all(re.search(r"@v\d+\.\d+\.\d+$", str(step["uses"])) for step in used)
    checkouts = [step for step in used if str(step["uses"]).startswith("actions/checkout@")]
    assert all(step["with"] == {"persist-credentials": False} for step in checkouts)
    assert not [step for step in steps() if "${{" in str(step.get("run", ""))]


def test_local_hooks_run_the_tools_of_this_repository() -> None:
    repositories = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    hooks = [hook for repository in repositories for hook in repository["hooks"]]

    assert {repository["repo"] for repository in repositories} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    assert all(
        (Path(sys.executable).parent / Path(hook["entry"].split()[0]).name).exists()
        for hook in hooks
    )
