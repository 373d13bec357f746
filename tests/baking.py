"""What a test sees of the repository and of a generated project."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
QUESTIONS: dict[str, Any] = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
CHOICES: dict[str, list[str]] = {
    question: answers
    for question, answers in QUESTIONS.items()
    if isinstance(answers, list) and not question.startswith("_")
}
MADE_BY_TOOLS = {".git", ".venv", ".cache", "build", "__pycache__"} | {
    f".{tool}_cache" for tool in ("mypy", "pytest", "ruff")
}

Answers = dict[str, str]


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

    def run(self, *command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder."""
        return run(*command, cwd=self.path, **environment)


def run(
    *command: str | Path | bytes, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal, and keep what it said."""
    return subprocess.run(  # noqa: S603 - every command is written in a test
        command,
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
        errors="backslashreplace",
    )


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


def template_files() -> dict[str, Path]:
    """Map a file's place in a project to the file of the template that is rendered to it.

    Files of options count as chosen: today no question has two answers that share a place.
    """
    places = {}
    for name, path in files_below(TEMPLATE).items():
        parts = name.split("/")
        places["/".join(parts[3:] if parts[0] == "options" else parts)] = path
    return places
