"""Read from the project's pyproject.toml what every bake asks for, and what each answer adds."""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cookiecutter.utils import create_env_with_context
from jinja2 import Environment, FileSystemLoader

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "{{cookiecutter.project_slug}}"
PYPROJECT = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
QUESTIONS: dict[str, Any] = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))

Answer = tuple[str, str]  # a question, and one of its answers
EVERY_BAKE: Answer = ("", "")  # stands for what no answer can leave out


class Needs(NamedTuple):
    """The ranges with one answer; those of development include those of the service."""

    run: frozenset[str]
    dev: frozenset[str]


def needs_by_answer() -> dict[Answer, Needs]:
    """Read the ranges with no question answered, then with each answer alone.

    So an answer brings ranges in, and never takes any out: conditions say `==` or `in`, not `!=`.
    """
    sys.path.append(str(ROOT))  # where the template's own Jinja extension is
    environment = create_env_with_context({"cookiecutter": QUESTIONS})
    environment.loader = FileSystemLoader(PROJECT)
    needs = {EVERY_BAKE: read_needs(environment, {})}
    for question, answer in choices():
        needs[question, answer] = read_needs(environment, {question: answer})
    return needs


def choices() -> Iterator[Answer]:
    """Yield each answer that can be chosen, after its question."""
    for question, answers in QUESTIONS.items():
        if isinstance(answers, list) and not question.startswith("_"):
            yield from ((question, answer) for answer in answers)


def by_question(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    """Group answers by their question; a bake has one of each group."""
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(answer[0], []).append(answer)
    return groups


def read_needs(environment: Environment, answers: dict[str, str]) -> Needs:
    """Render pyproject.toml and return its ranges."""
    context = context_of(environment, answers)
    text = environment.get_template("pyproject.toml").render(cookiecutter=context)
    table = tomllib.loads(text)
    run = frozenset(table["project"]["dependencies"])
    return Needs(run, run | frozenset(table["dependency-groups"]["dev"]))


def context_of(environment: Environment, answers: dict[str, str]) -> dict[str, Any]:
    """Leave the other choices unanswered, and render those private values that are asked for."""
    context = {name: text for name, text in QUESTIONS.items() if not name.startswith("_")}
    context |= {question: "" for question, _ in choices()} | answers
    for name in re.findall(r"cookiecutter\.(__\w+)", PYPROJECT):
        context[name] = environment.from_string(QUESTIONS[name]).render(cookiecutter=context)
    return context


def oldest_python() -> str:
    """Return the oldest Python that the project, and so every pin, has to serve."""
    found = re.search(r'^requires-python = ">=([\d.]+)[",]', PYPROJECT, re.MULTILINE)
    if found is None:
        sys.exit("pyproject.toml: requires-python must be >= and a version")
    return found[1]
