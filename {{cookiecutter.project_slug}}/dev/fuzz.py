"""`make fuzz`: Schemathesis against the running service, as three callers, with all checks."""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from dev.database import MIGRATE_COMMAND, URL_VARIABLE, running_database
from dev.environment import PROJECT, run_module
from dev.run import HOST, SERVER
from dev.valkey import free_port, running_valkey

CALLERS = ("anonymous", "customer", "admin")
LOG = PROJECT / ".local" / "fuzz" / "service.log"
LEAST_CASES = 10_000
EXAMPLES = 60
# So many of the requests with a token have to pass the login: some calls end their own session.
MOST = 0.8
GRACE_SECONDS = 20
# A run that hangs is ended before five minutes are over.
LIMIT_SECONDS = 280

NO_LIMIT = "1000000 per 1 second"
ENVIRONMENT = {
    "ENV_FILE": "",
    "ENVIRONMENT": "test",
    "DOCS_ENABLED": "true",
    "LOG_LEVEL": "WARNING",
    "VERIFIED_EMAIL_REQUIRED": "false",
    "RATE_LIMIT_ACCOUNT": NO_LIMIT,
    "RATE_LIMIT_ADDRESS": NO_LIMIT,
    "RATE_LIMIT_GLOBAL": NO_LIMIT,
    # A machine that is busy with the fuzzing itself must not turn a wait into a 503.
    "LOCK_TIMEOUT_SECONDS": "20",
    "STATEMENT_TIMEOUT_SECONDS": "25",
    "REQUEST_TIMEOUT_SECONDS": "30",
}


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its callers, the output, the number of cases, what was counted."""

    callers: str
    output: str
    exit_status: int
    cases: int
    tally: dict[str, int]

    @property
    def found_nothing(self) -> bool:
        """Tell whether all checks passed, and callers were let in where they carried a token."""
        let_in, shut_out = (self.tally.get(name, 0) for name in ("let in", "shut out"))
        return self.exit_status == 0 and let_in >= MOST * (let_in + shut_out)

    def __str__(self) -> str:
        """Show the figures in one line."""
        counted = ", ".join(f"{name} {count:,}" for name, count in sorted(self.tally.items()))
        return f"{self.callers:10}{self.cases:7,} cases: {counted}"


def fuzz(address: str, environment: dict[str, str], *options: str, callers: str) -> Outcome:
    """Run all checks against a service that runs in this environment, as callers in turn."""
    with tempfile.TemporaryDirectory() as folder:
        report, tally = Path(folder, "report.json"), Path(folder, "tally.json")
        own = {
            "SCHEMATHESIS_HOOKS": "dev.fuzz_hooks",
            "FUZZ_CALLERS": callers,
            "FUZZ_TALLY": str(tally),
            # Tables of Unicode, which take seconds to make; examples are not kept.
            "HYPOTHESIS_STORAGE_DIRECTORY": str(PROJECT / ".local" / "hypothesis"),
        }
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--no-color", "run"),
                *(f"{address}/openapi.json", "--report-json-path", str(report)),
                *("--generation-database", "none", "--warnings", "off", *options),
            ],
            # What is cached lands here, too: each run starts from its seed alone.
            cwd=folder,
            env=environment | {"PYTHONPATH": str(PROJECT)} | own,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        cases = json.loads(report.read_text(encoding="utf-8"))["test_cases"]["generated"]
        counted = json.loads(tally.read_text(encoding="utf-8"))
    return Outcome(callers, run.stdout, run.returncode, cases, counted)


@contextmanager
def scratch_environment() -> Iterator[dict[str, str]]:
    """Yield the environment of a service with servers of its own, which keep nothing."""
    local = PROJECT / ".local" / "fuzz"
    with (
        running_database(local / "database", durable=False) as database_url,
        running_valkey(local / "valkey") as redis_url,
    ):
        urls = {URL_VARIABLE: database_url, "REDIS_URL": redis_url}
        secret = {"SECRET_KEY": secrets.token_urlsafe(48)}
        yield dict(os.environ) | ENVIRONMENT | urls | secret


@contextmanager
def running_service(environment: dict[str, str]) -> Iterator[str]:
    """Serve as a process of its own, which writes to `LOG`; yield the address once it answers."""
    port = free_port()
    command = [sys.executable, "-m", *SERVER, "--host", HOST, "--port", str(port)]
    address = f"http://{HOST}:{port}"
    with LOG.open("w") as log:
        server = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"{address}/readyz")
            yield address
        finally:
            server.terminate()
            server.wait()


def wait_for(url: str) -> None:
    """Return when the address answers."""
    deadline = time.monotonic() + GRACE_SECONDS
    while True:
        try:
            urlopen(url, timeout=GRACE_SECONDS).close()  # noqa: S310 - our own server
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def main() -> int:
    """Fuzz as all callers at once and print the figures; 0 when enough cases found nothing."""
    parser = argparse.ArgumentParser(prog="make fuzz", usage="make fuzz [seed=1]")
    parser.add_argument("--seed", default=str(secrets.randbelow(2**32)))
    seed = parser.parse_args().seed
    start = time.monotonic()
    with scratch_environment() as environment:
        if status := run_module(MIGRATE_COMMAND, environment):
            return status
        with running_service(environment) as address, ThreadPoolExecutor() as pool:
            options = ("--seed", seed, "--max-examples", str(EXAMPLES), "--continue-on-failure")
            runs = [
                pool.submit(fuzz, address, environment, *options, callers=caller)
                for caller in CALLERS
            ]
            outcomes = [run.result() for run in runs]
    bad = [outcome.output for outcome in outcomes if not outcome.found_nothing]
    print(*bad, *outcomes, sep="\n")
    cases = sum(outcome.cases for outcome in outcomes)
    print(f"{'in all':10}{cases:7,} cases   {time.monotonic() - start:.0f} s   seed {seed}")
    return int(bool(bad) or cases < LEAST_CASES)


if __name__ == "__main__":
    sys.exit(main())
