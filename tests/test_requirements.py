"""The pins of every bake and of the template: enough, no more, hashed, of no named index, fresh."""

import os
import re
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from commands import run
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from answers import COMBINATIONS
from baking import PROJECTS, ROOT, Answers, Bake

MakeBake = Callable[..., Bake]
Pins = dict[str, Requirement]  # by name, and again by name and extra

OWN_FILE = ROOT / "requirements-dev.txt"
# All that a line of a file may be: a comment, a pin, a hash, or the other file.
COMMENT = r"#( .*)?"
PIN = r"[a-z0-9-]+(\[[a-z0-9, -]+\])?==[0-9A-Za-z.]+( ; [^\\]+)? \\"
HASH = r" {4}--hash=sha256:[0-9a-f]{64}( \\)?"
INCLUDED = r"-r requirements\.txt"


@pytest.fixture(params=COMBINATIONS, ids=lambda answers: "-".join(answers.values()))
def project(bake: MakeBake, request: pytest.FixtureRequest) -> Bake:
    """Give a bake of each combination of answers in turn."""
    answers: Answers = request.param
    return bake(**answers)


def pinned_lines(text: str) -> Iterator[str]:
    """Join what backslashes continue, as pip does, and leave out all that pins nothing."""
    for line in text.replace("\\\n", " ").splitlines():
        if line and not line.startswith(("#", "-r ")):
            yield line


def pins(text: str) -> Pins:
    """Read the pins of a file."""
    found = [Requirement(line.split(" --hash")[0]) for line in pinned_lines(text)]
    return {key: one for one in found for key in keys(one)}


def keys(requirement: Requirement) -> list[str]:
    """Name a package alone, and with each of its extras."""
    name = canonicalize_name(requirement.name)
    return [name, *(f"{name}[{extra}]" for extra in requirement.extras)]


def pins_of(project: Bake) -> tuple[Pins, Pins]:
    """Read the two files of a bake: to run it, and to develop it."""
    return pins(project.read("requirements.txt")), pins(project.read("requirements-dev.txt"))


def unmet(ranges: list[str], pinned: Pins) -> list[str]:
    """Name the ranges that no pin satisfies."""
    versions = {name: str(one.specifier).removeprefix("==") for name, one in pinned.items()}
    asked = [Requirement(line) for line in ranges]
    return [
        str(one)
        for one in asked
        if not one.specifier.contains(versions.get(canonicalize_name(one.name), "0"))
    ]


@cache
def reached(pyproject: str, held: str, *options: str) -> set[str]:
    """Let uv say what a pyproject.toml reaches while every version is held where it is."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal"]
    command += ["--python-version", "3.11", "--constraints", "held.txt", "--no-annotate", "--quiet"]
    command += ["--no-strip-extras", *options]
    with TemporaryDirectory() as folder:
        Path(folder, "pyproject.toml").write_text(pyproject, encoding="utf-8")
        Path(folder, "held.txt").write_text(held, encoding="utf-8")
        done = run(*command, cwd=Path(folder))
    assert done.returncode == 0, done.stderr
    return set(pins(done.stdout))


def test_pins_of_a_bake_satisfy_its_ranges(project: Bake) -> None:
    table = tomllib.loads(project.read("pyproject.toml"))

    to_run, to_develop = pins_of(project)

    assert unmet(table["project"]["dependencies"], to_run) == []
    assert unmet(table["dependency-groups"]["dev"], to_run | to_develop) == []


def test_bake_pins_exactly_what_its_ranges_reach(project: Bake) -> None:
    to_run, to_develop = pins_of(project)
    pyproject = project.read("pyproject.toml")
    held = "\n".join(str(one) for one in (to_run | to_develop).values())

    assert set(to_run) == reached(pyproject, held)
    assert set(to_run | to_develop) == reached(pyproject, held, "--group", "dev")


def test_bake_pins_no_package_twice_for_the_same_platform(project: Bake) -> None:
    files = [project.read(name) for name in ("requirements.txt", "requirements-dev.txt")]
    found = [Requirement(line.split(" --hash")[0]) for text in files for line in pinned_lines(text)]

    times = Counter((one.name, *sorted(one.extras), str(one.marker)) for one in found)

    assert [each for each, count in times.items() if count > 1] == []


def test_bake_shows_nothing_of_how_its_pins_were_shared_out(project: Bake) -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert re.findall(r"[{}]|SHA-256|cookiecutter", project.read(name)) == []


def test_files_hold_pins_with_hashes_and_name_no_index(bake: MakeBake) -> None:
    allowed = re.compile("|".join((COMMENT, PIN, HASH, INCLUDED)))
    bakes = [bake(**answers) for answers in COMBINATIONS]
    names = ("requirements.txt", "requirements-dev.txt")
    texts = [made.read(name) for made in bakes for name in names]

    for text in (*texts, OWN_FILE.read_text(encoding="utf-8")):
        assert [line for line in text.splitlines() if not allowed.fullmatch(line)] == []
        assert [line for line in pinned_lines(text) if "--hash=sha256:" not in line] == []


def test_pins_are_fresh() -> None:
    check = run(sys.executable, ROOT / "scripts" / "requirements.py", "--check", cwd=ROOT)

    assert (check.stdout + check.stderr, check.returncode) == ("All pins are fresh.\n", 0)


def test_template_and_bakes_are_formatted_by_the_same_ruff(bake: MakeBake) -> None:
    own = pins(OWN_FILE.read_text(encoding="utf-8"))

    assert own["ruff"] == pins(bake().read("requirements-dev.txt"))["ruff"]


@pytest.mark.parametrize("answers", PROJECTS, ids=lambda answers: "-".join(answers.values()))
def test_bake_renews_its_pins_to_the_same_files(
    bake: MakeBake, tmp_path: Path, answers: Answers
) -> None:
    made = bake(**answers)
    project = Path(shutil.copytree(made.path, tmp_path / "project"))
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))

    renewed = run(sys.executable, "-m", "dev.requirements", cwd=project, PATH=path)

    assert renewed.returncode == 0, renewed.stderr
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert (project / name).read_text(encoding="utf-8") == made.read(name)
