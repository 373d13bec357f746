"""A small template with packages of its own, on which the script that pins is tried."""

import json
import re
import shutil
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from commands import run

from baking import ROOT, TEMPLATE

QUESTIONS = """\
{
  "project_slug": "aviary",
  "bird": ["owl", "parrot", "none"],
  "season": ["summer", "winter"],
  "__flies": "{{ 'yes' if cookiecutter.bird in ['owl', 'parrot'] }}",
  "python_version": ["3.13", "3.11"],
  "_jinja2_env_vars": { "lstrip_blocks": true, "trim_blocks": true }
}
"""
# Both birds reach a feather, both seasons thread, every bake a door, and only a parrot its bell.
PYPROJECT = """\
[project]
name = "{{ cookiecutter.project_slug }}"
requires-python = ">=3.11"
dependencies = [
    "door>=1,<2",
{% if cookiecutter.bird == "owl" %}
    "owl>=1,<2",
{% endif %}
{% if cookiecutter.bird == "parrot" %}
    "parrot>=1,<2",
{% endif %}
{% if cookiecutter.__flies %}
    "sky>=1,<2",
{% endif %}
{% if cookiecutter.season == "summer" %}
    "hat>=1,<2",
{% endif %}
{% if cookiecutter.season == "winter" %}
    "coat>=1,<2",
{% endif %}
]

[dependency-groups]
dev = ["keeper>=1,<2"]
"""
WHEELS = [
    ("door", "1.0", ["hinge", "bell; extra == 'ringing'"]),
    ("hinge", "1.0", []),
    ("bell", "1.0", []),
    ("owl", "1.0", ["feather", "hinge"]),
    ("parrot", "1.0", ["feather", "door[ringing]"]),
    ("feather", "1.0", ["barb; sys_platform == 'win32'"]),
    ("barb", "1.0", []),
    ("keeper", "1.0", ["broom", "feather"]),
    ("broom", "1.0", ["wool"]),
    ("sky", "1.0", []),
    ("hat", "1.0", ["thread"]),
    ("coat", "1.0", ["thread", "wool"]),
    ("thread", "1.0", []),
    ("wool", "1.0", []),
]


@dataclass(frozen=True)
class Workshop:
    """A small template with its own copy of the script, and an index of its own."""

    path: Path

    def publish(self, name: str, version: str, requires: list[str] | None = None) -> None:
        """Make a wheel with metadata and nothing else."""
        about = f"{name}-{version}.dist-info"
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {requirement}" for requirement in requires or []]
        path = self.path / "index" / f"{name}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{about}/METADATA", "\n".join([*lines, "Provides-Extra: ringing", ""]))
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")

    def script(self, *options: str) -> CompletedProcess[str]:
        """Run the script, with an index that holds only what was published here."""
        script, settings = self.path / "scripts" / "requirements.py", self.path / "uv.toml"
        index = json.dumps(str(self.path / "index"))
        settings.write_text(f"no-index = true\nfind-links = [{index}]\n", encoding="utf-8")
        return run(sys.executable, script, *options, cwd=self.path, UV_CONFIG_FILE=str(settings))

    def file(self, name: str) -> Path:
        """Return the place of a file in the template folder."""
        return self.path / TEMPLATE.name / name

    def edit(self, name: str, before: str, after: str) -> None:
        """Replace a text in a file of the template folder."""
        text = self.file(name).read_text(encoding="utf-8")
        assert before in text
        self.file(name).write_text(text.replace(before, after, 1), encoding="utf-8")

    def pins(self, name: str) -> list[str]:
        """Return the lines of a file without comments and hashes."""
        lines = self.file(name).read_text(encoding="utf-8").splitlines()
        return [line.removesuffix(" \\") for line in lines if not line.startswith(("#", "{#", " "))]

    def conditions(self, name: str) -> dict[str, str]:
        """Return the pins of a file, each with the condition that it stands under."""
        found, condition = {}, ""
        for line in self.pins(name):
            if tag := re.fullmatch(r"\{% (?:if (.+)|endif) %\}", line):
                condition = (tag[1] or "").replace("cookiecutter.", "")
            else:
                found[line] = condition
        return found


def lay_out(path: Path) -> Workshop:
    """Write the small template, and publish its packages."""
    made = Workshop(path)
    for folder in ("index", TEMPLATE.name):
        (path / folder).mkdir()
    shutil.copytree(ROOT / "scripts", path / "scripts")
    (path / "cookiecutter.json").write_text(QUESTIONS, encoding="utf-8")
    (path / "requirements-dev.in").write_text("broom>=1,<2\n", encoding="utf-8")
    made.file("pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    for wheel in WHEELS:
        made.publish(*wheel)
    return made
