"""The Jinja filters that carry answers into files, and the refusal of answers that cannot work."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from answer_rules import QUESTIONS, refusals, slug
from jinja2 import Environment
from jinja2.ext import Extension

HOOKS = Path(__file__).parent / "hooks"
PROJECT_FOLDER = "{{cookiecutter.project_slug}}"


def refuse(answers: Mapping[str, Any]) -> str:
    """End cookiecutter with one line if an answer cannot be used, before anything is made."""
    lines = refusals(answers)
    if lines:
        sys.exit(lines[0])
    return ""


def quoted(text: str) -> str:
    """Write a text in double quotes, as TOML, YAML and JSON all read it."""
    return json.dumps(text, ensure_ascii=False)


def literal(text: str) -> str:
    """Write a text as the Python literal that ruff would write."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{escaped}{quote}"


def own_sources() -> Iterator[str]:
    """Give every text of the template that cookiecutter renders and that is no file of the project."""
    yield from (text for text in QUESTIONS.values() if isinstance(text, str))
    yield from (hook.read_text(encoding="utf-8") for hook in HOOKS.glob("*.py"))


class AnswersExtension(Extension):
    """Give the template its filters, and keep the answers from being read as templates."""

    sources = frozenset(own_sources())

    def __init__(self, environment: Environment) -> None:
        """Register the filters."""
        super().__init__(environment)
        for function in (slug, refusals, refuse, quoted, literal):
            environment.filters[function.__name__] = function

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Turn a text that is not the template's own into a literal.

        Cookiecutter renders answers from the command line, and paths, as if they were templates.
        A replayed bake has no context to render, so its answers are checked with the folder's name.
        """
        del filename  # part of Jinja's interface; a file of the project is known by its name
        if source == PROJECT_FOLDER:
            return "{{ cookiecutter | refuse }}" + source
        if name is not None or source in self.sources:
            return source
        return '{{ "' + "".join(f"\\U{ord(character):08x}" for character in source) + '" }}'
