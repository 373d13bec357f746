"""What a test sees of the repository and of a generated project."""

import ast
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from commands import run
from cookiecutter.utils import create_env_with_context

from answer_rules import refusals

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
QUESTIONS: dict[str, Any] = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
CHOICES: dict[str, list[str]] = {
    question: answers
    for question, answers in QUESTIONS.items()
    if isinstance(answers, list) and not question.startswith("_")
}
# What follows from answers: a word or nothing.
DERIVED: dict[str, str] = {
    name: text
    for name, text in QUESTIONS.items()
    if name.startswith("__") and name not in ("__prompts__", "__refused")
}
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
MADE_BY_TOOLS = {".git", ".venv", ".cache", "build", "__pycache__"} | {
    f".{tool}_cache" for tool in ("mypy", "pytest", "ruff")
}

Answers = dict[str, str]

# Projects to install and to run: each database and each queue, on the Python that runs these tests.
PROJECTS: list[Answers] = [
    answers
    for answers in (
        {"database": "postgresql", "task_queue": "arq"},
        {"database": "mongodb", "task_queue": "celery"},
        {"database": "postgresql", "task_queue": "both"},
        {"database": "mongodb", "task_queue": "none"},
    )
    if not refusals(answers | {"python_version": PYTHON})
]


@dataclass(frozen=True)
class Bake:
    """A generated project; look at it, run tools that only read, and leave it as it is."""

    path: Path
    answers: Answers

    def read(self, name: str) -> str:
        """Return the text of one file."""
        return (self.path / name).read_text(encoding="utf-8")

    def files(self) -> list[str]:
        """List every file, by its path in the project."""
        return sorted(files_below(self.path))

    def differing_files(self, other: "Bake") -> list[str]:
        """List the files that another bake lacks or has otherwise, and those it has beyond."""
        ours, theirs = set(self.files()), set(other.files())
        common = (ours & theirs) - {".env"}  # secrets differ in any case
        changed = {name for name in common if self.read(name) != other.read(name)}
        return sorted(changed | (ours ^ theirs))

    def run(self, *command: str | Path, **environment: str) -> CompletedProcess[str]:
        """Run a command in the project's folder."""
        return run(*command, cwd=self.path, **environment)


def files_below(folder: Path) -> dict[str, Path]:
    """Map the path inside a folder to the path outside, of every file that no tool made."""
    found = (path for path in folder.rglob("*") if path.is_file())
    inside = {path.relative_to(folder): path for path in found}
    return {
        name.as_posix(): path
        for name, path in inside.items()
        if MADE_BY_TOOLS.isdisjoint(name.parts)
    }


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Remember a folder byte for byte; an empty folder counts, too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def with_derived(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Add the private values that follow from answers."""
    template = create_env_with_context({"cookiecutter": QUESTIONS}).from_string
    derived = {name: template(text).render(cookiecutter=answers) for name, text in DERIVED.items()}
    return {**answers, **derived}


def template_files(answers: Answers) -> dict[str, Path]:
    """Map a file's place in a project to the file of the template that is rendered to it."""
    places = {}
    chosen = with_derived(answers)
    for name, path in files_below(TEMPLATE).items():
        first, *rest = name.split("/")
        if first != "options":
            places[name] = path
        elif chosen[rest[0]] == rest[1]:
            places["/".join(rest[2:])] = path
    return places


def statements(source: str) -> list[str]:
    """Return the statements of a module in their order, those of a class each by itself."""
    found: list[str] = []
    for node in ast.parse(source).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        found += [ast.unparse(each) for each in inner]
    return found
