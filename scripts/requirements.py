"""Pin what every bake installs: resolve all answers, then give each answer its share.

    python scripts/requirements.py            change only the pins that their ranges no longer admit
    python scripts/requirements.py --upgrade  move every pin to the newest release in its range
    python scripts/requirements.py --check    change nothing; exit 1 with a line for each problem

The ranges stand in the project's pyproject.toml and, for the template's own tools, in
requirements-dev.in. The reasons: docs/decisions/requirements-by-shares.md
"""

import argparse
import difflib
import hashlib
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ranges import PROJECT, ROOT, needs_by_answer, oldest_python
from resolution import bare, compile_pins, pins_in, read, without_hashes, write
from shares import Share, beyond, held_by, in_every_bake, joined, pin, share, share_out
from sides import Side, sides_of

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


@cache
def reached(ranges: frozenset[str], pins: str) -> frozenset[str]:
    """Return the heads of those pins that some of the ranges reach.

    A package with extras is there with and without them: pip before 23.3, which early releases of
    Python 3.11 and 3.12 bring, takes the newest release for the one of the two without a pin.
    What uv has to know it read for these pins, so no index is asked again.
    """
    heads = pins_in(resolve(ranges, pins, "--no-strip-extras", "--offline"))
    return frozenset(heads) | {bare(head) for head in heads}


def shares_of(side: Side, written: str, *options: str) -> tuple[Share, Share]:
    """Resolve the ranges of a side together, and share out what each answer reaches.

    The second share is what development needs beyond the first.
    """
    ranges = frozenset[str]().union(*(needed.dev for needed in side.needs.values()))
    resolved = resolve(sorted(ranges), held_by(side, written), "--generate-hashes", *options)
    needs = side.needs.items()
    run = {answer: reached(needed.run, resolved) for answer, needed in needs}
    always = in_every_bake(run)
    dev = {answer: reached(needed.dev, resolved) - run[answer] - always for answer, needed in needs}
    pins = pins_in(resolved)
    return share(pins, run), share(pins, dev)


def project_targets(*options: str) -> Iterator[Target]:
    """Resolve each side, and join what the sides share out."""
    run_path, dev_path = PROJECT / "requirements.txt", PROJECT / "requirements-dev.txt"
    written = read(run_path) + read(dev_path)
    sides = sides_of(needs_by_answer())
    shares = [shares_of(side, written, *options) for side in sides]
    run, dev = (joined(list(zip(sides, part, strict=True))) for part in zip(*shares, strict=True))
    yield Target(run_path, RUN_HEADER + share_out(run))
    yield Target(dev_path, DEV_HEADER + share_out(beyond(dev, run)))


def own_target(*options: str) -> Target:
    """Resolve the template's own tools."""
    path = ROOT / "requirements-dev.txt"
    ranges = frozenset(read(ROOT / "requirements-dev.in").splitlines())
    resolved = resolve(sorted(ranges), read(path), "--generate-hashes", *options)
    pins = pins_in(resolved)
    unconditional = {pin(head, pins): "" for head in reached(ranges, resolved)}
    return Target(path, OWN_HEADER + share_out(unconditional), comment=("# ", ""))


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
