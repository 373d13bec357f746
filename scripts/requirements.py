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
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from ranges import EVERY_BAKE, PROJECT, ROOT, needs_by_condition, oldest_python
from resolution import compile_pins, pins_in, read, without_hashes, write

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


def resolve(ranges: Iterable[str], preferred: str, *options: str) -> str:
    """Pin what ranges reach, for every Python that the project serves."""
    return compile_pins(ranges, preferred, oldest_python(), *options)


def reached(ranges: Iterable[str], pins: str) -> frozenset[str]:
    """Return the heads of those pins that some of the ranges reach.

    A package with extras is there with and without them: pip before 23.3, which early releases of
    Python 3.11 and 3.12 bring, takes the newest release for the one of the two without a pin.
    """
    heads = pins_in(resolve(ranges, pins, "--no-strip-extras"))
    return frozenset(heads) | {bare(head) for head in heads}


def bare(head: str) -> str:
    """Return the name of a package without its extras."""
    return head.partition("[")[0]


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
    return pins[bare(head)].replace(f"{bare(head)}==", f"{head}==")


def share_out(pins: Mapping[str, str], shares: Mapping[str, str]) -> str:
    """Write pins by name, with block tags around neighbours that share a condition."""
    text = ""
    by_name = sorted(shares, key=lambda head: (bare(head), head))
    for condition, heads in groupby(by_name, key=shares.__getitem__):
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
    ranges = read(ROOT / "requirements-dev.in").splitlines()
    resolved = resolve(ranges, read(path), "--generate-hashes", *options)
    shares = dict.fromkeys(reached(ranges, resolved), EVERY_BAKE)
    return Target(path, OWN_HEADER + share_out(pins_in(resolved), shares), comment=("# ", ""))


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
