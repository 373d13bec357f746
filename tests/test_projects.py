"""Projects: a bake is installed, checked, tested and served by its own commands."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from conftest import Baker, Tally

from answers import HOSTILE
from baking import ROOT, Bake

CACHE = ROOT / ".cache"
START_SECONDS = 60


@pytest.fixture(scope="session")
def environment() -> Path:
    """Name the virtual environment that all projects share; `make` renews it when pins change."""
    return CACHE / f"venv-{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="session")
def project(bake: Baker, tmp_path_factory: pytest.TempPathFactory) -> Bake:
    """Give a project of default answers to work in; the bake itself stays as it is."""
    return copy_of(bake(), tmp_path_factory.mktemp("project"))


def copy_of(made: Bake, folder: Path) -> Bake:
    """Copy a bake that others share into a folder of its own."""
    return Bake(Path(shutil.copytree(made.path, folder / made.path.name)), made.answers)


def make(project: Bake, environment: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run one of the project's own commands in the shared environment."""
    return project.run("make", *words, f"VENV={environment}", f"PYTHON={sys.executable}")


def test_project_passes_its_own_lint(project: Bake, environment: Path) -> None:
    done = make(project, environment, "lint")

    assert done.returncode == 0, done.stdout + done.stderr


def test_project_passes_its_own_tests(project: Bake, environment: Path, tally: Tally) -> None:
    done = make(project, environment, "test")

    closing = re.search(r"^=+ (\d+) passed in ([\d.]+)s.*=+$", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert closing, f"something was skipped, or nothing ran: {done.stdout[-500:]}"
    tally.generated_tests += int(closing[1])
    tally.generated_seconds += float(closing[2])


def test_project_with_hostile_text_passes_its_own_lint(
    bake: Baker, environment: Path, tmp_path: Path
) -> None:
    for answers in HOSTILE:
        project = copy_of(bake(**answers), tmp_path)

        done = make(project, environment, "lint")

        assert done.returncode == 0, done.stdout + done.stderr
    assert not list(tmp_path.rglob("*RAN*"))


def test_app_refuses_an_interrupted_bake_with_one_line(
    bake: Baker, environment: Path, tmp_path: Path
) -> None:
    interrupted = copy_of(bake(), tmp_path)
    make(interrupted, environment, "lint")
    (interrupted.path / ".bake-incomplete").touch()

    done = interrupted.run(environment / "bin/python", "-c", "import app.main")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "not generated to its end" in done.stderr


def test_project_serves_with_a_first_admin_and_docs_of_its_own(
    project: Bake, environment: Path
) -> None:
    with served(project, environment) as (address, output):
        docs = fetch(f"{address}/docs")

    linked = re.findall(r"""(?:src|href)="([^"]+)""", docs)
    assert linked
    assert not [link for link in linked if "//" in link]
    assert output.read_text(encoding="utf-8").count("admin@example.com") == 1


def test_docs_of_a_project_with_hostile_text_hold_it_as_text(
    bake: Baker, environment: Path, tmp_path: Path
) -> None:
    answers = next(each for each in HOSTILE if "</script>" in each["project_name"])

    with served(copy_of(bake(**answers), tmp_path), environment) as (address, _):
        docs = fetch(f"{address}/docs")

    assert "</script>'''" not in docs


@contextmanager
def served(project: Bake, environment: Path) -> Iterator[tuple[str, Path]]:
    """Run `make run` until the service is ready, and stop it with Ctrl-C afterwards."""
    port = free_port()
    output = project.path.parent / "output.txt"
    words = ["make", "run", f"PORT={port}", f"VENV={environment}", f"PYTHON={sys.executable}"]
    with output.open("w") as file:
        server = subprocess.Popen(  # noqa: S603 - the words are written above
            words, cwd=project.path, stdout=file, stderr=file, start_new_session=True
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", server, output)
        yield f"http://127.0.0.1:{port}", output
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(timeout=START_SECONDS)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, server: "subprocess.Popen[bytes]", output: Path) -> None:
    """Return once the URL answers; fail with the server's words when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            fetch(url)
        except URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(output.read_text(encoding="utf-8"))


def fetch(url: str) -> str:
    """Return what stands at a URL of this machine."""
    with urlopen(url, timeout=5) as answer:  # noqa: S310 - the URL is written in a test
        text: str = answer.read().decode()
        return text
