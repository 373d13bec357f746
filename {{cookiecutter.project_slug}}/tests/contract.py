"""What the OpenAPI document promises, and the check that every answer in a test keeps it."""

import re
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any

from httpx2 import ASGITransport, AsyncClient, Request, Response
from starlette.types import ASGIApp

from app.core.problems import MEDIA_TYPE
from app.main import app

DOCUMENT = app.openapi()
PROBLEM_MEMBERS = set(DOCUMENT["components"]["schemas"]["Problem"]["required"])


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to the schema that it names."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name] if name else schema
    return found


@dataclass(frozen=True)
class Operation:
    """One call of the API: its method, its path with `{names}`, and what is said about it."""

    method: str
    path: str
    description: dict[str, Any]

    @property
    def name(self) -> str:
        """Return what tests call it."""
        return f"{self.method} {self.path}"

    @property
    def takes_token(self) -> bool:
        """Tell whether a caller has to be logged in."""
        return "security" in self.description

    def parameters(self, place: str) -> list[str]:
        """Return the names of what it takes in the `path`, in the `query` or in a `header`."""
        declared = self.description.get("parameters", [])
        return [parameter["name"] for parameter in declared if parameter["in"] == place]

    def body(self, media_type: str) -> dict[str, Any] | None:
        """Return the schema of the body that it takes in this form; None when it takes none."""
        content = self.description.get("requestBody", {}).get("content", {})
        return resolve(content[media_type]["schema"]) if media_type in content else None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Match the path of this operation, and of one with a similar path."""
        return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path)))

    def is_called_by(self, request: Request) -> bool:
        """Tell whether the request reaches this operation or one with a similar path."""
        return self.method == request.method and bool(self.pattern.fullmatch(request.url.path))


OPERATIONS = [
    Operation(method.upper(), path, description)
    for path, methods in DOCUMENT["paths"].items()
    for method, description in methods.items()
]


def operation_of(request: Request) -> Operation | None:
    """Return what the request calls: the first that fits, as routes are matched; None for none."""
    return next((found for found in OPERATIONS if found.is_called_by(request)), None)


def contract_client(application: ASGIApp = app) -> AsyncClient:
    """Make a client that fails the test when an answer is not one that the document states."""
    return AsyncClient(
        transport=ASGITransport(application),
        base_url="http://test",
        event_hooks={"response": [keep_contract]},
    )


async def keep_contract(response: Response) -> None:
    """Fail the test if the document does not state this answer, or if it is a bare error."""
    await response.aread()
    operation = operation_of(response.request)
    if operation is not None:
        check_declared(operation, response)
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        check_problem(response)


def check_declared(operation: Operation, response: Response) -> None:
    """Check that the answer is one that the document states."""
    declared = set(operation.description["responses"])
    assert str(response.status_code) in declared, (operation.name, response.text)


def check_problem(response: Response) -> None:
    """Check that an error is a whole problem document, which names its request."""
    assert response.headers["Content-Type"] == MEDIA_TYPE, response.text
    problem = response.json()
    assert set(problem) >= PROBLEM_MEMBERS
    assert problem["status"] == response.status_code
    assert problem["request_id"] == response.headers["X-Request-ID"]
