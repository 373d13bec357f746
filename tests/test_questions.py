"""Answers: what is refused leaves nothing behind, and what is taken arrives as it was typed."""

import ast
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml
from conftest import Cookiecutter

import answer_rules
from answers import HOSTILE, REFUSED, REFUSED_IN_REPLAY, REFUSED_TOGETHER
from baking import CHOICES, QUESTIONS, Answers, Bake, snapshot, template_files, with_derived
from local_extensions import literal, quoted

TEXTS = ("project_name", "description", "author_name", "author_email")
DEFAULTS = {
    "project_name": "My Service",
    "project_slug": "my-service",
    "description": "A web service.",
    "author_name": "Your Name",
    "author_email": "you@example.com",
} | {question: answers[0] for question, answers in CHOICES.items()}


def asked(answers: Answers) -> list[bytes]:
    """Write answers as a shell hands them over: as bytes, of which some are no UTF-8."""
    return [os.fsencode(f"{question}={answer}") for question, answer in answers.items()]


def replayed(folder: Path, answers: dict[str, object]) -> list[str]:
    """Write answers as an earlier run recorded them, and name that file."""
    file = folder / "recorded.json"
    context = with_derived(DEFAULTS | answers)
    file.write_text(json.dumps({"cookiecutter": context}), encoding="utf-8")
    return ["--replay-file", str(file)]


def assert_refused(done: "CompletedProcess[str]", question: str) -> None:
    """Check that a run ended with one line: the question, its rule, and what to do instead."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert re.fullmatch(rf"{question}: (must|is) [^;]+; (try|shorten|type|put) .+\n", done.stderr)


@pytest.mark.parametrize(("question", "answer"), REFUSED)
def test_refused_answer_ends_with_one_line_and_makes_nothing(
    cookiecutter: Cookiecutter, tmp_path: Path, beside: Path, question: str, answer: str
) -> None:
    before = snapshot(tmp_path)

    done = cookiecutter("--no-input", *asked({question: answer}))

    assert_refused(done, question)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(("question", "answer"), REFUSED_IN_REPLAY)
def test_refused_answer_in_a_replay_file_makes_nothing(
    cookiecutter: Cookiecutter, home: Path, beside: Path, question: str, answer: object
) -> None:
    before = snapshot(beside)

    done = cookiecutter(*replayed(home, {question: answer}))

    assert_refused(done, question)
    assert snapshot(beside) == before


@pytest.mark.parametrize("answers", REFUSED_TOGETHER, ids=lambda each: "-".join(each.values()))
def test_refused_pair_ends_with_one_line_and_makes_nothing(
    cookiecutter: Cookiecutter, tmp_path: Path, answers: Answers
) -> None:
    before = snapshot(tmp_path)

    done = cookiecutter("--no-input", *asked(answers))

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert re.fullmatch(r"\w+: \S+ does not go with \w+ \S+; [^;]+; answer \S+\n", done.stderr)
    assert snapshot(tmp_path) == before


def test_every_refused_pair_is_tried() -> None:
    refused = {frozenset(pair[:2]) for pair in answer_rules.REFUSED_PAIRS}

    assert {frozenset(answers.items()) for answers in REFUSED_TOGETHER} == refused


@pytest.mark.parametrize(("question", "answer"), REFUSED)
def test_suggested_answer_is_taken(question: str, answer: str) -> None:
    (line,) = answer_rules.refusals({question: answer})

    suggestion = line.partition("; try ")[2]

    assert not suggestion or answer_rules.fault(question, suggestion) is None


@pytest.mark.parametrize("question", CHOICES)
def test_answer_outside_a_choice_is_refused_by_cookiecutter_itself(
    cookiecutter: Cookiecutter, tmp_path: Path, beside: Path, question: str
) -> None:
    """Cookiecutter raises before it loads our extension, so the last line is all we can ask for."""
    before = snapshot(tmp_path)

    done = cookiecutter("--no-input", f"{question}=none of them")

    assert done.returncode == 1
    assert question in done.stderr.splitlines()[-1]
    assert snapshot(tmp_path) == before


def test_every_question_has_a_rule() -> None:
    questions = {name for name in QUESTIONS if not name.startswith("_")}

    assert questions == {*CHOICES, *answer_rules.RULES}


def test_refused_pair_names_both_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = (("python_version", "3.14"), ("database", "postgresql"), "choose 3.13")
    monkeypatch.setattr(answer_rules, "REFUSED_PAIRS", (pair,))

    lines = answer_rules.refusals(DEFAULTS | {"python_version": "3.14"})

    assert lines == ["python_version: 3.14 does not go with database postgresql; choose 3.13"]
    assert answer_rules.refusals(DEFAULTS) == []


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("My Service", "my-service"),
        ("Мой сервис", "moi-servis"),
        ("  O'Brien & Co.  ", "o-brien-co"),
        ("🚀", "my-service"),
        ("123 go", "service-123-go"),
        ("CON", "service-con"),
        ("x" * 70, "x" * 40),
        ("\udcff", "my-service"),
    ],
)
def test_default_slug_is_made_from_any_name(name: str, slug: str) -> None:
    assert answer_rules.slug(name) == slug
    assert answer_rules.slug_fault(slug) is None


@pytest.mark.parametrize("answers", HOSTILE, ids=lambda answers: answers["project_slug"])
def test_text_arrives_as_typed_and_never_runs(
    cookiecutter: Cookiecutter, tmp_path: Path, beside: Path, answers: Answers
) -> None:
    done = cookiecutter("--no-input", *asked(answers))

    made = Bake(beside / answers["project_slug"], DEFAULTS | answers)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(uses(made)), "no file of the template uses an answer"
    for place, question in uses(made):
        assert carries(made, place, made.answers[question]), f"{place} lost {question}"
    assert not list(tmp_path.rglob("*RAN*"))


@pytest.mark.parametrize("answers", HOSTILE, ids=lambda answers: answers["project_slug"])
def test_text_from_a_replay_file_arrives_as_typed(
    cookiecutter: Cookiecutter, home: Path, beside: Path, answers: Answers
) -> None:
    done = cookiecutter(*replayed(home, dict(answers)))

    made = Bake(beside / answers["project_slug"], DEFAULTS | answers)
    assert (done.returncode, done.stderr) == (0, "")
    for place, question in uses(made):
        assert carries(made, place, made.answers[question]), f"{place} lost {question}"


def uses(made: Bake) -> Iterator[tuple[str, str]]:
    """Give each file of a bake with each free text that its template uses."""
    for place, source in template_files(made.answers).items():
        text = source.read_text(encoding="utf-8")
        yield from (
            (place, question)
            for question in TEXTS
            if re.search(rf"cookiecutter\.{question}\b", text)
        )


def carries(made: Bake, place: str, text: str) -> bool:
    """Tell whether a file holds the text; where a parser can read it, ask the parser."""
    read = READERS.get(Path(place).suffix)
    if read is None:
        return any(form in made.read(place) for form in (text, quoted(text), literal(text)))
    return any(text in value for value in strings(read(made.read(place))))


def python_constants(source: str) -> list[object]:
    """Return every constant in a Python file."""
    return [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]


READERS: dict[str, Callable[[str], object]] = {
    ".toml": tomllib.loads,
    ".py": python_constants,
    ".yml": lambda text: list(yaml.safe_load_all(text)),
    ".yaml": lambda text: list(yaml.safe_load_all(text)),
}


def strings(value: object) -> Iterator[str]:
    """Give every text inside parsed data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings(list(value.values()))
    elif isinstance(value, list):
        for child in value:
            yield from strings(child)
