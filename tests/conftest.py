"""Fixtures that bake, and the closing lines that count what was baked and run."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from commands import run
from pytest_cookies.plugin import Cookies

from baking import CHOICES, ROOT, Bake, snapshot


@dataclass
class Tally:
    """How much was baked, and how many of the generated tests ran."""

    bakes: int = 0
    bake_seconds: float = 0
    generated_tests: int = 0
    generated_seconds: float = 0


TALLY = pytest.StashKey[Tally]()
Baker = Callable[..., Bake]
Cookiecutter = Callable[..., "CompletedProcess[str]"]


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[TALLY] = Tally()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the projects last: they install, migrate and run whole test suites."""
    items.sort(key=lambda item: item.path.name == "test_projects.py")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Close with the counts and times."""
    tally = config.stash[TALLY]
    terminalreporter.write_line(
        f"bakes: {tally.bakes} in {tally.bake_seconds:.0f} s; "
        f"generated tests: {tally.generated_tests} passed in {tally.generated_seconds:.0f} s"
    )


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Tally:
    """Give the counts that the closing lines show."""
    return pytestconfig.stash[TALLY]


@pytest.fixture(scope="session")
def bake(cookies_session: Cookies, tally: Tally) -> Iterator[Baker]:
    """Bake answers; the same answers are baked once, and no test may change the result."""
    bakes: dict[tuple[tuple[str, str], ...], Bake] = {}
    before: dict[Path, dict[str, bytes | None]] = {}
    defaults = {question: answers[0] for question, answers in CHOICES.items()}

    def bake(**answers: str) -> Bake:
        asked = tuple(sorted((defaults | answers).items()))
        if asked not in bakes:
            bakes[asked] = fresh_bake(cookies_session, tally, dict(asked))
            before[bakes[asked].path] = snapshot(bakes[asked].path)
        return bakes[asked]

    yield bake
    changed = [path for path, files in before.items() if snapshot(path) != files]
    assert not changed, f"a test changed a bake that others share: {changed}"


def fresh_bake(cookies: Cookies, tally: Tally, answers: dict[str, str]) -> Bake:
    """Bake once, by cookiecutter's own functions."""
    begin = time.monotonic()
    result = cookies.bake(extra_context=answers)
    assert result.exit_code == 0, result.exception
    tally.bakes += 1
    tally.bake_seconds += time.monotonic() - begin
    return Bake(result.project_path, answers)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give a home folder of its own to cookiecutter, which writes its replay files there."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """Give the folder in which the user stands, with something of theirs in it."""
    folder = tmp_path / "projects"
    (folder / "other").mkdir(parents=True)
    (folder / "other" / "file.txt").write_text("mine\n", encoding="utf-8")
    return folder


@pytest.fixture
def old_python(tmp_path: Path) -> Path:
    """Give an interpreter that says of itself that it is Python 3.10."""
    return pretender(tmp_path, 10)


@pytest.fixture
def new_python(tmp_path: Path) -> Path:
    """Give an interpreter that says of itself that it is Python 3.14."""
    return pretender(tmp_path, 14)


def pretender(folder: Path, minor: int) -> Path:
    """Make an interpreter that says of itself that it is another Python 3."""
    claim = f"import sys; sys.version_info = (3, {minor}, 9); exec(sys.argv[1])"
    script = folder / f"python3.{minor}"
    script.write_text(f"""#!/bin/sh\nexec '{sys.executable}' -c '{claim}' "$2"\n""")
    script.chmod(0o755)
    return script


@pytest.fixture
def cookiecutter(home: Path, beside: Path, tally: Tally) -> Cookiecutter:
    """Run the real command line, as a user does, from the folder `beside`."""

    def cookiecutter(*arguments: str | bytes, template: Path = ROOT) -> CompletedProcess[str]:
        command = Path(sys.executable).with_name("cookiecutter")
        begin = time.monotonic()
        done = run(command, template, *arguments, cwd=beside, HOME=str(home))
        if done.returncode == 0:
            tally.bakes += 1
            tally.bake_seconds += time.monotonic() - begin
        return done

    return cookiecutter
