"""The script that pins, on a small template whose packages are made here: no network is asked."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from workshop import Workshop, lay_out

from baking import TEMPLATE, snapshot


@pytest.fixture(scope="module")
def pinned_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay the small template out and pin it."""
    made = lay_out(tmp_path_factory.mktemp("workshop"))
    pinned = made.script()
    assert pinned.returncode == 0, pinned.stderr
    return made.path


@pytest.fixture
def workshop(pinned_once: Path, tmp_path: Path) -> Workshop:
    """Give a test its own copy."""
    return Workshop(Path(shutil.copytree(pinned_once, tmp_path / "workshop")))


def test_each_pin_stands_under_the_answers_that_reach_it(workshop: Workshop) -> None:
    assert workshop.conditions("requirements.txt") == {
        "barb==1.0 ; sys_platform == 'win32'": 'bird == "owl" or bird == "parrot"',
        "bell==1.0": 'bird == "parrot"',
        "coat==1.0": 'season == "winter"',
        "door==1.0": "",
        "door[ringing]==1.0": 'bird == "parrot"',
        "feather==1.0": 'bird == "owl" or bird == "parrot"',
        "hat==1.0": 'season == "summer"',
        "hinge==1.0": "",
        "owl==1.0": 'bird == "owl"',
        "parrot==1.0": 'bird == "parrot"',
        "sky==1.0": 'bird == "owl" or bird == "parrot"',
        "thread==1.0": "",  # both seasons bring it, and there is no third
        "wool==1.0": 'season == "winter"',
    }


def test_neighbours_under_the_same_answers_share_their_block_tags(workshop: Workshop) -> None:
    workshop.edit("pyproject.toml", '"parrot>=1,<2"', '"parrot>=1,<2", "perch>=1,<2"')
    workshop.publish("perch", "1.0")

    assert workshop.script().returncode == 0

    lines = workshop.pins("requirements.txt")
    begin = lines.index("parrot==1.0") - 1
    assert lines[begin : begin + 4] == [
        '{% if cookiecutter.bird == "parrot" %}',
        "parrot==1.0",
        "perch==1.0",
        "{% endif %}",
    ]


def test_development_adds_what_the_service_does_not_pin(workshop: Workshop) -> None:
    assert workshop.conditions("requirements-dev.txt") == {
        "-r requirements.txt": "",
        "barb==1.0 ; sys_platform == 'win32'": 'not (bird == "owl" or bird == "parrot")',
        "broom==1.0": "",
        "feather==1.0": 'not (bird == "owl" or bird == "parrot")',
        "keeper==1.0": "",
        "wool==1.0": 'not (season == "winter")',
    }


def test_newer_releases_leave_pins_fresh_until_an_upgrade(workshop: Workshop) -> None:
    before = workshop.pins("requirements.txt")
    workshop.publish("feather", "1.1")

    assert workshop.script("--check").stdout == "All pins are fresh.\n"
    assert workshop.script().returncode == 0
    assert workshop.pins("requirements.txt") == before

    assert workshop.script("--upgrade").returncode == 0
    assert "feather==1.1" in workshop.pins("requirements.txt")


Change = Callable[[Workshop], None]
RUN_FILE = f"{TEMPLATE.name}/requirements.txt"


def no_longer_admitted(workshop: Workshop) -> None:
    """Ask for a newer door than the pinned one."""
    workshop.publish("door", "1.5", ["hinge", "bell; extra == 'ringing'"])
    workshop.edit("pyproject.toml", "door>=1,<2", "door>=1.5,<2")


def new_range(workshop: Workshop) -> None:
    """Let a parrot bring its perch."""
    workshop.publish("perch", "1.0")
    workshop.edit("pyproject.toml", '"parrot>=1,<2",', '"parrot>=1,<2", "perch>=1,<2",')


def for_every_bake(workshop: Workshop) -> None:
    """Ask every bake for something that only a parrot brought."""
    workshop.edit("pyproject.toml", '"door>=1,<2",', '"door>=1,<2", "bell>=1,<2",')


def no_longer_needed(workshop: Workshop) -> None:
    """Ask for an owl no more."""
    workshop.edit("pyproject.toml", '    "owl>=1,<2",\n', "")


def hash_removed(workshop: Workshop) -> None:
    """Take the hash of the door away."""
    lines = workshop.file("requirements.txt").read_text(encoding="utf-8")
    found = lines[lines.index("door==1.0") :].split("\n")[1]
    workshop.edit("requirements.txt", f" \\\n{found}", "")


def hash_changed(workshop: Workshop) -> None:
    """Let the hash of a file be that of another."""
    workshop.edit("requirements.txt", "sha256:", "sha256:0")


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        (no_longer_admitted, ["no longer asked for: door==1.0", "missing: door==1.5"]),
        (new_range, ["missing: perch==1.0"]),
        (for_every_bake, ['no longer asked for: {% if cookiecutter.bird == "parrot" %}']),
        (no_longer_needed, ["no longer asked for: owl==1.0"]),
        (hash_removed, ["edited by hand"]),
        (hash_changed, ["edited by hand"]),
    ],
)
def test_check_fails_and_names(change: Change, problems: list[str], workshop: Workshop) -> None:
    change(workshop)
    before = snapshot(workshop.path / TEMPLATE.name)

    check = workshop.script("--check")

    assert check.returncode == 1
    assert snapshot(workshop.path / TEMPLATE.name) == before
    for problem in problems:
        assert f"{RUN_FILE}: {problem}" in check.stdout.splitlines()


def test_ranges_without_a_resolution_change_no_file(workshop: Workshop) -> None:
    before = workshop.pins("requirements.txt")
    workshop.edit("pyproject.toml", '"parrot>=1,<2"', '"parrot>=1,<2", "feather>=9"')

    failed = workshop.script()

    assert failed.returncode == 1
    assert "feather" in failed.stderr
    assert "The ranges have no resolution" in failed.stderr
    assert workshop.pins("requirements.txt") == before
