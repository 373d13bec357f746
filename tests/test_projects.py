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
from commands import run
from conftest import Baker, Tally

from answers import HOSTILE
from baking import CHOICES, PROJECTS, PYTHON, ROOT, Answers, Bake, files_below

CACHE = ROOT / ".cache"
START_SECONDS = 120
PRINT_API = "import json; from app.main import app; print(json.dumps(app.openapi()))"
NO_SERVERS = {
    "DATABASE_URL": "postgresql+asyncpg://app@127.0.0.1:1/app",
    "MONGODB_URL": "mongodb://127.0.0.1:1/app",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@pytest.fixture(scope="session", params=PROJECTS, ids=lambda answers: "-".join(answers.values()))
def project(
    bake: Baker, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Bake:
    """Give a project of each kind to work in, in turn; the bakes themselves stay as they are."""
    return copy_of(bake(**request.param), tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def hostile_project(bake: Baker, tmp_path_factory: pytest.TempPathFactory) -> Bake:
    """Give a project whose texts are markup and code, to work in."""
    answers = next(each for each in HOSTILE if "</script>" in each["project_name"])
    return copy_of(bake(**answers), tmp_path_factory.mktemp("hostile"))


def copy_of(made: Bake, folder: Path) -> Bake:
    """Copy a bake that others share into a folder of its own."""
    return Bake(Path(shutil.copytree(made.path, folder / made.path.name)), made.answers)


@pytest.fixture
def repository(bake: Baker, tmp_path: Path) -> Path:
    """Give a copy of the template, with the environments that tests have anyway."""
    make(copy_of(bake(), tmp_path / "first"), "fix")  # the quickest command that installs
    copy = tmp_path / "fastapi-workflow"
    for name, path in files_below(ROOT).items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy / name)
    default = environment_for({question: answers[0] for question, answers in CHOICES.items()})
    environments = ((Path(sys.prefix), ".venv"), (default, "build/.venv"))
    for environment, place in environments:
        (copy / place).mkdir(parents=True)
        for path in environment.iterdir():
            (copy / place / path.name).symlink_to(path)
    (installed,) = re.findall(
        r"^touch (\S+)$", run("make", "-nB", "lint", cwd=copy).stdout, re.MULTILINE
    )
    (copy / installed).touch()
    return copy


def environment_for(answers: Answers) -> Path:
    """Return the environment that all projects with the same pins share."""
    return CACHE / f"venv-{PYTHON}-{answers['database']}-{answers['task_queue']}"


def tools(project: Bake) -> tuple[str, str]:
    """Tell `make` which environment to use.

    The project's `make` renews the environment when its pins are others.
    """
    environment = environment_for(project.answers)
    return f"VENV={environment}", f"PYTHON={sys.executable}"


def make(project: Bake, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run one of the project's own commands, in the environment that projects like it share."""
    return project.run("make", *words, *tools(project), MYPY_CACHE_DIR=str(CACHE / "mypy"))


def test_project_passes_its_own_lint(project: Bake) -> None:
    done = make(project, "lint")

    assert done.returncode == 0, done.stdout + done.stderr


def test_project_passes_its_own_tests(project: Bake, tally: Tally) -> None:
    whole = project.answers["task_queue"] in ("arq", "celery")
    done = make(project, "test") if whole else run_tests_of_jobs(project)

    closing = re.search(r"^=+ (\d+) passed in ([\d.]+)s.*=+$", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert closing, f"something was skipped, or nothing ran: {done.stdout[-500:]}"
    tally.generated_tests += int(closing[1])
    tally.generated_seconds += float(closing[2])


def run_tests_of_jobs(project: Bake) -> "subprocess.CompletedProcess[str]":
    """Run the tests of whole servers, which may run jobs themselves, and all tests about jobs.

    All others are run in a project with the same database and one queue.
    """
    make(project, "fix")  # the quickest command that installs
    python = environment_for(project.answers) / "bin/python"
    tests = [
        name
        for name in project.files()
        if re.fullmatch(r"tests/(\w+/)*test_\w+\.py", name)
        and (name.startswith("tests/e2e/") or re.search("job|queue|tasks", project.read(name)))
    ]
    assert len(tests) > 30
    options = ["-n", "auto", "--dist", "worksteal", "--no-cov"]
    return project.run(python, "-m", "pytest", *options, *tests)


def test_project_with_hostile_text_passes_its_own_lint(hostile_project: Bake) -> None:
    done = make(hostile_project, "lint")

    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(hostile_project.path.parent.rglob("*RAN*"))


def test_docs_show_hostile_text_as_text(hostile_project: Bake) -> None:
    with served(hostile_project.path, *tools(hostile_project)) as (address, _):
        docs = fetch(f"{address}/docs")

    assert "</script>'''" not in docs


def test_app_refuses_an_interrupted_bake_with_one_line(bake: Baker, tmp_path: Path) -> None:
    interrupted = copy_of(bake(), tmp_path)
    make(interrupted, "fix")  # the quickest command that installs
    (interrupted.path / ".bake-incomplete").touch()

    python = environment_for(interrupted.answers) / "bin/python"
    done = interrupted.run(python, "-c", "import app.main")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "not generated to its end" in done.stderr


def test_project_serves_and_comes_back_with_what_it_stored(project: Bake) -> None:
    admins = []
    for _ in range(2):
        with served(project.path, *tools(project)) as (address, output):
            docs = fetch(f"{address}/docs")
            admins.append(output.read_text(encoding="utf-8").count("admin@example.com"))

    assert "openapi.json" in docs
    assert admins[0] == 1
    assert admins[1] == 0, "a second admin was made: the first start was forgotten"


def test_projects_have_the_same_api_byte_for_byte(bake: Baker, tmp_path: Path) -> None:
    documents = [
        api_document(copy_of(bake(**answers), tmp_path / "-".join(answers.values())))
        for answers in PROJECTS
    ]

    assert all(len(document) > 50_000 for document in documents)
    assert len(set(documents)) == 1


def api_document(project: Bake) -> str:
    """Return the description of a project's API, as it would be served."""
    make(project, "fix")  # the quickest command that installs
    python = environment_for(project.answers) / "bin/python"
    done = project.run(python, "-c", PRINT_API, **NO_SERVERS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_make_run_bakes_and_serves_with_a_first_admin(bake: Baker, repository: Path) -> None:
    with served(repository) as (address, output):
        docs = fetch(f"{address}/docs")

    linked = re.findall(r"""(?:src|href)="([^"]+)""", docs)
    assert linked
    assert not [link for link in linked if "//" in link]
    assert output.read_text(encoding="utf-8").count("admin@example.com") == 1


def test_make_bake_takes_answers(repository: Path) -> None:
    done = run("make", "bake", "ANSWERS=python_version=3.14 author_name='O Two'", cwd=repository)

    made = Bake(repository / "build/my-service", {})
    assert (done.returncode, done.stderr) == (0, "")
    assert made.read("Dockerfile").startswith("FROM python:3.14-slim ")
    assert '"O Two"' in made.read("pyproject.toml")


@contextmanager
def served(folder: Path, *words: str) -> Iterator[tuple[str, Path]]:
    """Run `make run` until the service is ready, and stop it with Ctrl-C afterwards."""
    let_everybody_pass(folder)
    port = free_port()
    output = folder.parent / "output.txt"
    with output.open("w") as file:
        server = subprocess.Popen(  # noqa: S603 - the words are written in a test
            ["make", "run", f"PORT={port}", *words],  # noqa: S607 - as a user types it
            cwd=folder,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", server, output)
        yield f"http://127.0.0.1:{port}", output
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(timeout=START_SECONDS)


def let_everybody_pass(folder: Path) -> None:
    """Open the way to a test's folder.

    As root a project's PostgreSQL runs as another account, and would keep its data elsewhere.
    """
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & 0o001:
            step.chmod(mode | 0o011)


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
