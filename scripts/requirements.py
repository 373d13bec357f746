"""Pin what every bake installs: resolve all answers together, then give each answer its share.

    python scripts/requirements.py            change only the pins that their ranges no longer admit
    python scripts/requirements.py --upgrade  move every pin to the newest release in its range
    python scripts/requirements.py --check    change nothing; exit 1 with a line for each problem

The ranges stand in the project's pyproject.toml and, for the template's own tools, in
requirements-dev.in. The reasons: docs/decisions/requirements-one-resolution.md
"""

import argparse
import difflib
import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from cookiecutter.utils import create_env_with_context
from jinja2 import Environment, FileSystemLoader
from resolution import compile_pins, pins_in, read, without_hashes, write

ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / "{{cookiecutter.project_slug}}"
RANGES = PROJECT / "pyproject.toml"
OWN_RANGES = ROOT / "requirements-dev.in"
EVERY_BAKE = ""  # the condition of what no answer can leave out
# Pins keep the extras that are asked of them: pip 23.2, which comes with Python 3.11 and 3.12,
# takes the newest release for an extra, whatever the pin of its package says.
KEEP_EXTRAS = "--no-strip-extras"

RUN_HEADER = """\
# What the service needs to run: every package pinned, with the hashes of its files.
# The ranges stand in pyproject.toml; after a change there, run: make requirements
"""
DEV_HEADER = """\
# What development needs beyond that: every package pinned, with the hashes of its files.
# The ranges stand in pyproject.toml; after a change there, run: make requirements
-r requirements.txt
"""
OWN_HEADER = """\
# What work on the template needs: every package pinned, with the hashes of its files.
# The ranges stand in requirements-dev.in; after a change there, run: make requirements
"""


class Needs(NamedTuple):
    """The ranges under one condition; those of development include those of the service."""

    run: frozenset[str]
    dev: frozenset[str]


class Target(NamedTuple):
    """A file that this script writes, and the marks of a comment that holds its checksum."""

    path: Path
    body: str
    comment: tuple[str, str] = ("{# ", " #}")  # Jinja's, so that no bake contains it

    @property
    def text(self) -> str:
        """Return the whole file, headed by the checksum that gives away an edit by hand."""
        opening, closing = self.comment
        checksum = hashlib.sha256(self.body.encode()).hexdigest()
        return f"{opening}SHA-256 of the lines below: {checksum}{closing}\n{self.body}"


def choices(questions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each answer that can be chosen, after its question."""
    for question, answers in questions.items():
        if isinstance(answers, list) and not question.startswith("_"):
            yield from ((question, answer) for answer in answers)


def needs_by_condition() -> dict[str, Needs]:
    """Read the ranges with no question answered, then with each answer alone."""
    questions = json.loads(read(ROOT / "cookiecutter.json"))
    environment = create_env_with_context({"cookiecutter": questions})
    environment.loader = FileSystemLoader(PROJECT)
    unanswered = questions | {question: "" for question, _ in choices(questions)}
    needs = {EVERY_BAKE: read_needs(environment, unanswered)}
    for question, answer in choices(questions):
        needed = read_needs(environment, unanswered | {question: answer})
        if needed != needs[EVERY_BAKE]:
            needs[f'cookiecutter.{question} == "{answer}"'] = needed
    return needs


def read_needs(environment: Environment, answers: Mapping[str, Any]) -> Needs:
    """Render the project's pyproject.toml and return its ranges."""
    text = environment.get_template(RANGES.name).render(cookiecutter=answers)
    table = tomllib.loads(text)
    run = frozenset(table["project"]["dependencies"])
    return Needs(run, run | frozenset(table["dependency-groups"]["dev"]))


def resolve(ranges: Iterable[str], preferred: str, *options: str) -> str:
    """Pin what ranges reach, for every Python that the project serves."""
    oldest = re.search(r'^requires-python = ">=([\d.]+)"$', read(RANGES), re.MULTILINE)
    if oldest is None:
        sys.exit("pyproject.toml: requires-python must be >= and a version")
    return compile_pins(ranges, preferred, oldest[1], *options)


def reached(ranges: Iterable[str], pins: str) -> frozenset[str]:
    """Return the packages that some of the ranges reach, with the extras that these ask for."""
    return frozenset(pins_in(resolve(ranges, pins, KEEP_EXTRAS)))


def union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return what is in any of the sets."""
    return frozenset[str]().union(*sets)


def conditions(packages: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Turn the packages that each condition reaches into the condition of each package."""
    everywhere = packages[EVERY_BAKE]
    shares = dict.fromkeys(everywhere, EVERY_BAKE)
    for head in union(packages.values()) - everywhere:
        shares[head] = " or ".join(one for one, heads in packages.items() if head in heads)
    return shares


def pin(head: str, pins: Mapping[str, str]) -> str:
    """Return the pin of a package with the extras of one share, not with those of all."""
    name = head.partition("[")[0]
    return pins[name].replace(f"{name}==", f"{head}==")


def share_out(pins: Mapping[str, str], shares: Mapping[str, str]) -> str:
    """Write pins by name, with block tags around neighbours that share a condition."""
    text = ""
    for condition, heads in groupby(sorted(shares), key=shares.__getitem__):
        block = "".join(pin(head, pins) for head in heads)
        text += f"{{% if {condition} %}}\n{block}{{% endif %}}\n" if condition else block
    return text


def project_targets(*options: str) -> Iterator[Target]:
    """Resolve the ranges of all answers together, and give each condition what it reaches."""
    run_path, dev_path = PROJECT / "requirements.txt", PROJECT / "requirements-dev.txt"
    needs = needs_by_condition()
    ranges = sorted(union(needed.dev for needed in needs.values()))
    resolved = resolve(ranges, read(run_path) + read(dev_path), "--generate-hashes", *options)
    run = {condition: reached(needed.run, resolved) for condition, needed in needs.items()}
    dev = {
        condition: reached(needed.dev, resolved) - run[condition]
        for condition, needed in needs.items()
    }
    pins = pins_in(resolved)
    yield Target(run_path, RUN_HEADER + share_out(pins, conditions(run)))
    yield Target(dev_path, DEV_HEADER + share_out(pins, conditions(dev)))


def own_target(*options: str) -> Target:
    """Resolve the template's own tools."""
    path = ROOT / "requirements-dev.txt"
    ranges = read(OWN_RANGES).splitlines()
    pins = resolve(ranges, read(path), "--generate-hashes", KEEP_EXTRAS, *options)
    return Target(path, OWN_HEADER + pins, comment=("# ", ""))


def problems(target: Target) -> Iterator[str]:
    """Say whether a file was edited by hand, and how it differs from what its ranges ask for."""
    name = target.path.relative_to(ROOT).as_posix()
    written = read(target.path)
    body = written.partition("\n")[2]
    if written != target._replace(body=body).text:
        yield f"{name}: edited by hand"
    before, after = (without_hashes(text).splitlines() for text in (body, target.body))
    for line in difflib.ndiff(before, after):
        if line.startswith("- "):
            yield f"{name}: no longer asked for: {line[2:]}"
        elif line.startswith("+ "):
            yield f"{name}: missing: {line[2:]}"


def main() -> int:
    """Write the files, or check them."""
    parser = argparse.ArgumentParser(description="Pin what every bake installs.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--upgrade", action="store_true", help="move to the newest releases")
    mode.add_argument("--check", action="store_true", help="change nothing, exit 1 if stale")
    arguments = parser.parse_args()
    sys.path.append(str(ROOT))  # where the template's own Jinja extension is
    options = ("--upgrade",) if arguments.upgrade else ()
    targets = [*project_targets(*options), own_target(*options)]
    if arguments.check:
        found = [problem for target in targets for problem in problems(target)]
        print("\n".join(found) or "All pins are fresh.")
        return 1 if found else 0
    for target in targets:
        write(target.path, target.text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
