"""The template folder as it stands: options, block tags, and Python files that are plain Python."""

import ast
import re
import tomllib
from itertools import combinations
from pathlib import Path

from answer_rules import REFUSED_PAIRS
from answers import COMBINATIONS
from baking import CHOICES, DERIVED, ROOT, TEMPLATE, Answers, files_below, with_derived

COMPOSITION_ROOTS = {"app/main.py", "app/config.py", "app/dependencies.py"}


def pairs(answers: Answers) -> set[frozenset[tuple[str, str]]]:
    """Return every two answers of a combination, or the one when a question stands alone."""
    return {frozenset(pair) for pair in combinations(answers.items(), 2)}


def test_every_pair_of_answers_is_baked_unless_it_is_refused() -> None:
    offered = {
        frozenset([(one, answer), (other, other_answer)])
        for one, other in combinations(CHOICES, 2)
        for answer in CHOICES[one]
        for other_answer in CHOICES[other]
    }
    refused = {frozenset([one, other]) for one, other, _ in REFUSED_PAIRS}

    baked = set[frozenset[tuple[str, str]]]().union(*map(pairs, COMBINATIONS))

    assert refused <= offered
    assert baked == offered - refused


def test_every_option_folder_is_an_answer_or_what_follows_from_one() -> None:
    folders = {path.relative_to(TEMPLATE / "options") for path in TEMPLATE.glob("options/*/*")}

    given = set[tuple[str, str]]().union(*(with_derived(each).items() for each in COMBINATIONS))
    assert folders <= {Path(*each) for each in given if all(each)}


def test_derived_values_are_a_word_or_nothing_and_each_is_met() -> None:
    given = set[tuple[str, str]]().union(*(with_derived(each).items() for each in COMBINATIONS))

    values = {name: {value for key, value in given if key == name} for name in DERIVED}

    assert values == {name: {"yes", ""} for name in DERIVED}


def test_no_file_of_one_option_stands_where_another_file_stands() -> None:
    trees = {path: set(files_below(path)) for path in TEMPLATE.glob("options/*/*")}
    trees[TEMPLATE] = {name for name in files_below(TEMPLATE) if not name.startswith("options/")}

    clashes = [
        (one, other, trees[one] & trees[other])
        for one, other in combinations(trees, 2)
        if one.parent != other.parent and trees[one] & trees[other]
    ]

    assert not clashes


def test_python_files_hold_no_jinja_outside_the_composition_roots() -> None:
    jinja = re.compile(r"\{%|\{#|\{\{\s*cookiecutter")
    python = {name: path for name, path in files_below(TEMPLATE).items() if name.endswith(".py")}

    held = {name for name, path in python.items() if jinja.search(path.read_text(encoding="utf-8"))}

    assert held <= COMPOSITION_ROOTS


def test_block_tags_stand_alone_on_their_lines_and_carry_no_dash() -> None:
    alone = re.compile(r"\s*\{% (if|elif|else|endif)\b[^%]*(?<!-)%\}")

    for name, path in files_below(TEMPLATE).items():
        lines = path.read_text(encoding="utf-8").splitlines()
        # Mails are rendered by the project, not by cookiecutter.
        tags = [line for line in lines if "{%" in line and not name.startswith("app/templates/")]
        assert all(alone.fullmatch(line) for line in tags), name
        assert not name.endswith(".py") or len([tag for tag in tags if " if " in tag]) <= 6


def test_python_files_without_block_tags_parse_where_they_stand() -> None:
    python = {name: path for name, path in files_below(TEMPLATE).items() if name.endswith(".py")}
    texts = {name: path.read_text(encoding="utf-8") for name, path in python.items()}

    assert all(ast.parse(text, name) for name, text in texts.items() if "{%" not in text)


def test_ruff_is_told_to_leave_out_those_with_block_tags_alone() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    left_out = {pattern.removeprefix("**/") for pattern in settings["extend-exclude"]}

    tagged = {
        name for name in COMPOSITION_ROOTS if "{%" in (TEMPLATE / name).read_text(encoding="utf-8")
    }

    assert left_out == tagged


def test_no_file_name_holds_jinja() -> None:
    assert not [name for name in files_below(TEMPLATE) if "{" in name]
