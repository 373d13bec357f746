"""Logs, as a process of its own writes them to its standard output."""

import json
from typing import Any

import pytest

from tests.process import PROJECT, run_python
from tests.server import PRODUCTION

PASSWORD = "hunter2-in-a-local-variable"
FORGED = "a\n2026-01-01T00:00:00Z [info] forged\r\x1b[2Kb\0\u2028c\ud800"

PROGRAM = """
import logging
import sys
import structlog
from app.core.logging import configure_logging

FORGED = "a\\n2026-01-01T00:00:00Z [info] forged\\r\\x1b[2Kb\\0\\u2028c\\ud800"

def log_in(password):
    raise ValueError("out of order " + FORGED)

configure_logging()
log = structlog.get_logger("app.services")
with structlog.contextvars.bound_contextvars(request_id="0123-abcd"):
    log.info("order placed", total_cents=1999)
    logging.getLogger("some.library").warning("slow by %s ms", 40)
    logging.getLogger("uvicorn.access").info("GET / 200")
    log.debug("too detailed")
    log.info(FORGED, value=FORGED, listed=[FORGED], user={"password": sys.argv[1]})
    logging.getLogger("some.library").warning("said %s, token=%s", FORGED, sys.argv[1])
    try:
        log_in(sys.argv[1])
    except ValueError:
        log.exception("log-in failed")
"""

SERVERS = """
import logging
import uvicorn
from app.config import settings
from app.core.logging import configure_logging

for level, access_log in [("INFO", True), ("WARNING", True), ("INFO", False)]:
    uvicorn.Config("app.main:app", access_log=access_log)
    settings.log_level = level
    configure_logging()
    logging.getLogger("uvicorn.access").info("%s %s", level, access_log)
"""

CALL = """
from httpx2 import Client, MockTransport, Response
from app.core.logging import configure_logging

configure_logging()
transport = MockTransport(lambda _: Response(204))
print(Client(transport=transport).post("https://receiver.example.com/t0ps3cret?a=b").status_code)
"""


def logged(environment: str, log_level: str = "INFO") -> str:
    variables = PRODUCTION | {"ENVIRONMENT": environment, "LOG_LEVEL": log_level}
    process = run_python("-c", PROGRAM, PASSWORD, cwd=PROJECT, **variables)
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.fixture(scope="module")
def production_output() -> str:
    """Return what a production process logs."""
    return logged("production")


@pytest.fixture(scope="module")
def production_lines(production_output: str) -> list[dict[str, Any]]:
    """Return what a production process logs: each line is an object."""
    return [json.loads(line) for line in production_output.splitlines()]


def test_in_production_each_event_is_one_line_of_json(
    production_lines: list[dict[str, Any]],
) -> None:
    events = [line["event"] for line in production_lines]

    assert events[:3] == ["order placed", "slow by 40 ms", "GET / 200"]
    assert events[3:] == [FORGED, f"said {FORGED}, token=***", "log-in failed"]


def test_each_line_says_when_where_how_serious_and_for_which_request(
    production_lines: list[dict[str, Any]],
) -> None:
    assert [line["logger"] for line in production_lines] == [
        "app.services",
        "some.library",
        "uvicorn.access",
        "app.services",
        "some.library",
        "app.services",
    ]
    levels = [line["level"] for line in production_lines]
    assert levels == ["info", "warning", "info", "info", "warning", "error"]
    assert all(line["timestamp"].endswith("Z") for line in production_lines)
    assert all(line["request_id"] == "0123-abcd" for line in production_lines)
    assert production_lines[0]["total_cents"] == 1999


def test_an_exception_comes_with_its_traceback_in_the_same_line(
    production_lines: list[dict[str, Any]],
) -> None:
    assert "ValueError: out of order" in production_lines[-1]["exception"]
    assert "in log_in" in production_lines[-1]["exception"]


def test_a_password_is_not_logged_in_production_wherever_it_stands(
    production_lines: list[dict[str, Any]],
) -> None:
    assert production_lines[3]["user"] == {"password": "***"}
    assert PASSWORD not in str(production_lines)


def test_in_development_the_log_level_holds_and_passwords_stay_out_too() -> None:
    output = logged("development", log_level="ERROR")

    assert "log-in failed" in output
    assert "ValueError: out of order" in output
    assert "order placed" not in output
    assert PASSWORD not in output


def test_in_production_nothing_that_is_logged_ends_its_line_or_acts_on_a_terminal(
    production_output: str,
) -> None:
    lines = production_output.split("\n")

    assert len(lines) == 6 + 1
    assert all(line.isascii() and line.isprintable() for line in lines)


def test_in_development_each_line_begins_an_entry_or_is_marked_as_its_continuation() -> None:
    output = logged("development")

    lines = output.split("\n")
    entries = [line for line in lines if line and not line.startswith("  | ")]
    assert len(entries) == 6 + 1
    assert [line for line in entries if "forged" in line and "listed" not in line] == []
    assert PASSWORD not in output
    assert entries[-1] == "Traceback (most recent call last):"
    assert all(line.replace("\t", "").isprintable() for line in lines)


def test_requests_are_logged_at_the_level_of_the_settings_unless_the_server_is_told_not_to() -> (
    None
):
    process = run_python("-c", SERVERS, ENVIRONMENT="test")

    assert process.returncode == 0, process.stderr
    (line,) = process.stdout.splitlines()
    assert "INFO True" in line


def test_an_address_that_is_called_is_not_in_the_log_for_it_may_hold_a_secret() -> None:
    process = run_python("-c", CALL, cwd=PROJECT, **PRODUCTION, LOG_LEVEL="INFO")

    assert (process.returncode, process.stdout) == (0, "204\n")
