"""Logs, as a process of its own writes them to its standard output."""

import json
from typing import Any

import pytest

from tests.process import run_python

PASSWORD = "hunter2-in-a-local-variable"

PROGRAM = """
import logging
import sys
import structlog
from app.core.logging import configure_logging

def log_in(password):
    raise ValueError("out of order")

configure_logging()
log = structlog.get_logger("app.services")
with structlog.contextvars.bound_contextvars(request_id="0123-abcd"):
    log.info("order placed", total_cents=1999)
    logging.getLogger("some.library").warning("slow by %s ms", 40)
    logging.getLogger("uvicorn.access").info("GET / 200")
    log.debug("too detailed")
    try:
        log_in(sys.argv[1])
    except ValueError:
        log.exception("log-in failed")
"""


def logged(environment: str, log_level: str = "INFO") -> str:
    process = run_python("-c", PROGRAM, PASSWORD, ENVIRONMENT=environment, LOG_LEVEL=log_level)
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.fixture(scope="module")
def production_lines() -> list[dict[str, Any]]:
    """Return what a production process logs: each line is an object."""
    return [json.loads(line) for line in logged("production").splitlines()]


def test_in_production_each_event_is_one_line_of_json(
    production_lines: list[dict[str, Any]],
) -> None:
    events = [line["event"] for line in production_lines]

    assert events == ["order placed", "slow by 40 ms", "GET / 200", "log-in failed"]


def test_each_line_says_when_where_how_serious_and_for_which_request(
    production_lines: list[dict[str, Any]],
) -> None:
    assert [line["logger"] for line in production_lines] == [
        "app.services",
        "some.library",
        "uvicorn.access",
        "app.services",
    ]
    assert [line["level"] for line in production_lines] == ["info", "warning", "info", "error"]
    assert all(line["timestamp"].endswith("Z") for line in production_lines)
    assert all(line["request_id"] == "0123-abcd" for line in production_lines)
    assert production_lines[0]["total_cents"] == 1999


def test_an_exception_comes_with_its_traceback_in_the_same_line(
    production_lines: list[dict[str, Any]],
) -> None:
    assert "ValueError: out of order" in production_lines[-1]["exception"]
    assert "in log_in" in production_lines[-1]["exception"]


def test_a_password_in_a_local_variable_is_not_logged_in_production(
    production_lines: list[dict[str, Any]],
) -> None:
    assert PASSWORD not in str(production_lines)


def test_in_development_the_log_level_holds_and_passwords_stay_out_too() -> None:
    output = logged("development", log_level="ERROR")

    assert "log-in failed" in output
    assert "ValueError: out of order" in output
    assert "order placed" not in output
    assert PASSWORD not in output
