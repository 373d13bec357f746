"""What Schemathesis is told about this service: who calls, and what no schema can state."""

import asyncio
import atexit
import json
import os
from collections import Counter
from contextlib import asynccontextmanager
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import schemathesis
from schemathesis import AuthContext, Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

from app.core.client import Client
from app.core.database import get_db
from app.core.enums import Role
from app.services.auth_service import auth_service
from app.services.product_service import product_service
from app.services.user_service import user_service

CALLERS = os.environ["FUZZ_CALLERS"].split(",")
TALLY = Path(os.environ["FUZZ_TALLY"])

# Refusals of requests that fit the document, by the code of the problem or of its field: rules
# that JSON Schema has no words for. Nothing else is excluded, neither a check nor an operation.
EXCLUSIONS = {
    # Cursors and the tokens of mails are signed or stored by this service; nobody makes others.
    "invalid_cursor": "made by the service alone",
    "invalid_mail_token": "made by the service alone",
    # Whoever sends a webhook signs it, and nobody else can.
    "webhook_refused": "signed by the sender alone",
    # It depends on a list of 5,000 words, and on the caller's own address.
    "guessable_password": "easy to guess",
    # To the document a picture is bytes.
    "image_refused": "no picture",
    # A schema looks at each value by itself, and never at what came before or is stored.
    "broken_rule": "depends on other values",
    "mixed_currencies": "depends on other values",
    "idempotency_key_reused": "depends on other values",
}

PASSWORD = uuid4().hex
CLIENT = Client(address="127.0.0.1", user_agent="make fuzz")
PRODUCT = {"name": "Teapot", "price_cents": 1999, "currency": "EUR", "stock": 1_000_000}

unit_of_work = asynccontextmanager(get_db)
# One loop for all, since the connections to the database belong to it.
loop = asyncio.Runner()
turns = cycle(CALLERS)
headers: dict[str, str] = {}
tally: Counter[str] = Counter({"5xx": 0})


async def open_session(role: Role) -> str:
    """Make an account and log it in, put something on sale, and return the access token."""
    email = f"{uuid4().hex}@example.com"
    async with unit_of_work() as db:
        await user_service.create_user(db, role=role, email=email, password=PASSWORD)
        await product_service.add_product(db, PRODUCT)
    async with unit_of_work() as db:
        return (await auth_service.login(db, CLIENT, email, PASSWORD)).access_token


@schemathesis.auth(refresh_interval=None)
class Login:
    """The callers take turns; whom a call logged out, demoted or deleted gets a new session."""

    def get(self, _case: Case[Any], _context: AuthContext) -> str | None:
        """Return the header that the next caller sends; None for the anonymous one."""
        caller = next(turns)
        if caller == "anonymous":
            return None
        if caller not in headers:
            headers[caller] = f"Bearer {loop.run(open_session(Role(caller)))}"
            tally["logins"] += 1
        return headers[caller]

    def set(self, case: Case[Any], header: str, _context: AuthContext) -> None:
        """Let a request carry the header."""
        case.headers["Authorization"] = header


def codes_of(response: Response) -> set[str]:
    """Return the codes of a problem: its own, or those of its fields."""
    problem = response.json()
    return {fault["code"] for fault in problem.get("errors", [])} or {problem["code"]}


@schemathesis.hook
def filter_failure(
    _context: HookContext, failure: Failure, _case: Case[Any], response: Response
) -> bool:
    """Tell whether a failure counts: no refusal does that is excluded above for all its codes."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    reasons = {EXCLUSIONS.get(code) for code in codes_of(response)}
    tally.update(f"excluded: {reason}" for reason in reasons - {None})
    return None in reasons


@schemathesis.hook
def before_load_schema(_context: HookContext, document: dict[str, Any]) -> None:
    """Call OAuth2 what it is on the wire: the checks of who is let in know bearer tokens alone."""
    schemes = document["components"]["securitySchemes"]
    for name, scheme in schemes.items():
        if scheme["type"] == "oauth2":
            schemes[name] = {"type": "http", "scheme": "bearer"}


@schemathesis.hook
def after_call(_context: HookContext, case: Case[Any], response: Response) -> None:
    """Count the answers, and whether the caller was still logged in where that is needed."""
    tally[f"{response.status_code // 100}xx"] += 1
    sent = response.request.headers.get("Authorization")
    for caller, header in list(headers.items()):
        if header == sent and response.status_code == HTTPStatus.UNAUTHORIZED:
            tally["shut out"] += 1
            del headers[caller]
        elif header == sent and "security" in case.operation.definition.raw:
            tally["let in"] += 1


def write_tally() -> None:
    """Leave what was counted to the process that started this one."""
    TALLY.write_text(json.dumps(tally), encoding="utf-8")


atexit.register(write_tally)
