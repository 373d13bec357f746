"""The script that pins, where two answers ask for different ranges of the same package."""

import shutil
from pathlib import Path

import pytest
from workshop import Workshop, lay_out

from baking import TEMPLATE, snapshot


@pytest.fixture(scope="module")
def parted_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let owl and parrot want different claws; the parrot's need newer thread and wool."""
    made = lay_out(tmp_path_factory.mktemp("workshop"))
    assert made.script().returncode == 0
    made.publish("claw", "1.0", ["broom"])
    made.publish("claw", "2.0", ["thread>=2", "wool>=2"])
    made.publish("thread", "2.0")
    made.publish("wool", "2.0")
    made.edit("pyproject.toml", '"owl>=1,<2",', '"owl>=1,<2", "claw>=1,<2",')
    made.edit("pyproject.toml", '"parrot>=1,<2",', '"parrot>=1,<2", "claw>=2,<3",')
    pinned = made.script()
    assert pinned.returncode == 0, pinned.stderr
    return made.path


@pytest.fixture
def workshop(parted_once: Path, tmp_path: Path) -> Workshop:
    """Give a test its own copy."""
    return Workshop(Path(shutil.copytree(parted_once, tmp_path / "workshop")))


def test_pins_that_differ_stand_under_the_answers_of_their_side(workshop: Workshop) -> None:
    pins = workshop.conditions("requirements.txt")

    assert {head: pins[head] for head in pins if head.startswith(("claw", "thread", "wool"))} == {
        "claw==1.0": 'bird == "owl"',
        "claw==2.0": 'bird == "parrot"',
        "thread==1.0": 'bird in ["owl", "none"]',  # which every bake of this side reaches
        "thread==2.0": 'bird == "parrot"',
        "wool==1.0": 'season == "winter" and bird in ["owl", "none"] or bird == "owl"',
        "wool==2.0": 'bird == "parrot"',
    }


def test_pins_that_are_alike_keep_their_own_conditions(workshop: Workshop) -> None:
    pins = workshop.conditions("requirements.txt")

    assert {head: pins[head] for head in ("door==1.0", "hinge==1.0")} == {
        "door==1.0": "",
        "hinge==1.0": "",
    }
    assert pins["coat==1.0"] == 'season == "winter"'
    assert pins["feather==1.0"] == 'bird == "owl" or bird == "parrot"'


def test_development_adds_what_each_side_does_not_pin(workshop: Workshop) -> None:
    pins = workshop.conditions("requirements-dev.txt")

    run = workshop.conditions("requirements.txt")["wool==1.0"]
    assert pins["broom==1.0"] == 'not (bird == "owl")'
    assert pins["wool==1.0"] == f'(bird in ["owl", "none"]) and not ({run})'
    assert "wool==2.0" not in pins, "every bake with a parrot runs it"


def test_pins_of_either_side_stay_until_an_upgrade(workshop: Workshop) -> None:
    before = workshop.pins("requirements.txt")
    for name, version in (("broom", "1.1"), ("claw", "2.1"), ("thread", "2.1"), ("wool", "2.1")):
        workshop.publish(name, version)

    assert workshop.script("--check").stdout == "All pins are fresh.\n"
    assert workshop.script().returncode == 0
    assert workshop.pins("requirements.txt") == before

    assert workshop.script("--upgrade").returncode == 0
    pins = workshop.conditions("requirements.txt")
    assert pins["claw==1.0"] == 'bird == "owl"'
    assert pins["claw==2.1"] == 'bird == "parrot"'
    assert pins["thread==2.1"] == "", "both sides take the newest"


def test_check_names_a_pin_that_only_one_side_lacks(workshop: Workshop) -> None:
    workshop.publish("claw", "2.5")
    workshop.edit("pyproject.toml", '"claw>=2,<3"', '"claw>=2.5,<3"')

    check = workshop.script("--check")

    assert check.returncode == 1
    assert f"{TEMPLATE.name}/requirements.txt: missing: claw==2.5" in check.stdout.splitlines()
    assert "claw==1.0" not in check.stdout


def test_two_questions_whose_answers_want_different_ranges_are_refused(workshop: Workshop) -> None:
    before = snapshot(workshop.path / TEMPLATE.name)
    workshop.edit("pyproject.toml", '"hat>=1,<2"', '"hat>=1,<2", "wool>=1,<2"')
    workshop.edit("pyproject.toml", '"coat>=1,<2"', '"coat>=1,<2", "wool>=1,<3"')
    edited = {"pyproject.toml": (workshop.path / TEMPLATE.name / "pyproject.toml").read_bytes()}

    refused = workshop.script()

    assert refused.returncode == 1
    assert refused.stderr == (
        "pyproject.toml: bird and season both part the ranges; only one may\n"
    )
    assert snapshot(workshop.path / TEMPLATE.name) == before | edited
