"""`make teeth`: plant known defects, one at a time, and see that the tests notice each.

A defect is a text in a file, what stands there instead, and the tests that have to fail. The work
is done in a copy of the project; the list stands in `dev/defects/`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev.database import URL_VARIABLE, running_database
from dev.valkey import running_valkey

PROJECT = Path(__file__).parent.parent
DEFECTS = PROJECT / "dev" / "defects"
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", ".local", "__pycache__", ".*_cache")
# What pytest ends with when tests ran, and some of them failed.
TESTS_FAILED = 1
TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Defect:
    """A change of one place in one file, and the tests that have to notice it."""

    name: str
    file: str
    text: str
    instead: str
    tests: list[str]

    def is_applicable(self, project: Path) -> bool:
        """Tell whether the text stands in the file, once."""
        path = project / self.file
        return path.exists() and path.read_text(encoding="utf-8").count(self.text) == 1


def read_defects() -> list[Defect]:
    """Read the lists, file by file."""
    return [
        Defect(**entry)
        for path in sorted(DEFECTS.glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["defect"]
    ]


def main() -> int:
    """Try every defect, or those whose names hold a word of the command line."""
    words = sys.argv[1:]
    chosen = [
        defect
        for defect in read_defects()
        if not words or any(word in defect.name for word in words)
    ]
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder)):
        copy = Path(shutil.copytree(PROJECT, Path(folder) / PROJECT.name, ignore=LEFT_OUT))
        if run_tests(copy, sorted({test for defect in chosen for test in defect.tests})) != 0:
            print("The tests fail without any defect: mend that first.")
            return 1
        missed = [defect for defect in chosen if not is_noticed(copy, defect)]
    print(f"{len(chosen)} defects planted, {len(chosen) - len(missed)} noticed")
    return 1 if missed or not chosen else 0


@contextmanager
def servers(folder: Path) -> Iterator[None]:
    """Start the servers that all runs of tests share, and name them in the environment."""
    # The database's server may run as another account.
    folder.chmod(0o755)
    with (
        running_database(folder / "database", durable=False) as database_url,
        running_valkey(folder / "valkey") as redis_url,
    ):
        os.environ |= {URL_VARIABLE: database_url, "REDIS_URL": redis_url}
        yield


def is_noticed(copy: Path, defect: Defect) -> bool:
    """Plant a defect, run its tests, mend it; tell whether a test failed."""
    path = copy / defect.file
    if not defect.is_applicable(copy):
        print(f"STALE    {defect.name}: its text does not stand in {defect.file} once", flush=True)
        return False
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound.replace(defect.text, defect.instead), encoding="utf-8")
    try:
        noticed = run_tests(copy, defect.tests) == TESTS_FAILED
    finally:
        path.write_text(sound, encoding="utf-8")
    print(f"{'noticed ' if noticed else 'MISSED  '} {defect.name}", flush=True)
    return noticed


def run_tests(copy: Path, tests: list[str]) -> int:
    """Run tests in the copy until one fails; return the exit status of pytest."""
    options = ["-q", "-x", "--no-cov", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command = [sys.executable, "-B", "-m", "pytest", *options, *tests]
    done = subprocess.run(
        command, cwd=copy, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    if done.returncode not in {0, TESTS_FAILED}:
        print(done.stdout[-2_000:], done.stderr[-2_000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
