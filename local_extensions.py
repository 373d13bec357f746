"""The Jinja filters that carry answers into files, and the refusal of answers that cannot work."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension

from answer_rules import QUESTIONS, refusals, slug

HOOKS = Path(__file__).parent / "hooks"
PROJECT_FOLDER = "{{cookiecutter.project_slug}}"
COMPOSITION_ROOTS = ("app/main.py", "app/config.py", "app/dependencies.py")


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


def holds_expressions(name: str) -> bool:
    """Tell whether a file of the project is rendered; of the Python files only few are."""
    return not name.endswith(".py") or name.endswith(COMPOSITION_ROOTS)


def verbatim(text: str) -> str:
    """Write a text as an expression that renders to nothing but this text."""
    return "{{ " + quoted(text) + " }}"  # Jinja reads a JSON string as it was meant


def own_sources() -> Iterator[str]:
    """Give every text of the template that is rendered and is no file of the project."""
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
        """Let Jinja see the template's own texts alone; turn any other text into a literal.

        Cookiecutter renders paths, and answers from the command line, as if they were templates.
        A replayed bake has no context to render, so its answers are checked with the folder's name.
        """
        del filename  # part of Jinja's interface; a file of the project is known by its name
        if source == PROJECT_FOLDER:
            return "{{ cookiecutter | refuse }}" + source
        is_own = source in self.sources if name is None else holds_expressions(name)
        return source if is_own else verbatim(source)
