"""Problem documents (RFC 9457): the one place where an error becomes an answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match
from starlette.status import (
    HTTP_405_METHOD_NOT_ALLOWED,
    HTTP_413_CONTENT_TOO_LARGE,
    HTTP_422_UNPROCESSABLE_CONTENT,
)

from app.core.exceptions import AppError, ForbiddenError, UnavailableError

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"

# Messages of these kinds are made from the schema alone. All other kinds may quote the input,
# and an echoed NUL, NaN or lone surrogate turns the 422 into a 500.
SAFE_KINDS = frozenset(
    {
        "bool_parsing",
        "bool_type",
        "enum",
        "greater_than",
        "greater_than_equal",
        "int_parsing",
        "int_type",
        "less_than",
        "less_than_equal",
        "list_type",
        "literal_error",
        "missing",
        "model_attributes_type",
        "string_pattern_mismatch",
        "string_too_long",
        "string_too_short",
        "string_type",
        "too_long",
        "too_short",
    }
)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

# The names of RFC 9110; Python before 3.13 has older ones.
NEWER_TITLES = {
    HTTP_413_CONTENT_TOO_LARGE: "Content Too Large",
    HTTP_422_UNPROCESSABLE_CONTENT: "Unprocessable Content",
}


def title_of(status: int) -> str:
    """Return the name of a status, the same one on every Python."""
    return NEWER_TITLES.get(status) or HTTPStatus(status).phrase


def code_of(status: int) -> str:
    """Return the code of an error about which nothing but its status is known."""
    return title_of(status).lower().replace(" ", "_")


class RuleError(ValueError):
    """A validator's refusal: its text is written by us and holds no input."""


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """Why the request failed; `code` is stable, the texts are for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldProblem] | None = None


def problem_response(
    request: Request,
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: list[FieldProblem] | None = None,
) -> JSONResponse:
    """Build the answer for one problem."""
    problem = Problem(
        title=title_of(status),
        status=status,
        detail=detail,
        code=code,
        request_id=request.state.request_id,
        errors=errors,
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True), status, headers=headers, media_type=MEDIA_TYPE
    )


def app_error_response(request: Request, error: AppError) -> JSONResponse:
    """Render an error that says itself how it is to be answered."""
    if isinstance(error, UnavailableError):
        # The caller is not told what is away; whoever runs the service has to know.
        log.warning(error.message, code=error.code, cause=repr(error.__cause__))
    if isinstance(error, ForbiddenError):
        log.warning("forbidden", code=error.code, method=request.method)
    return problem_response(request, error.status, error.code, error.message, headers=error.headers)


def field_problem(error: Mapping[str, Any]) -> FieldProblem:
    """Say which field is wrong and why, without a word of the input."""
    kind = error["type"]
    # The last part of these locations is input: an unknown field's own name, or an offset.
    location = error["loc"][:-1] if kind in {"extra_forbidden", "json_invalid"} else error["loc"]
    message = error["msg"] if kind in SAFE_KINDS else "The value is not valid."
    if kind == "extra_forbidden":
        message = "There is a field that is not known here."
    if kind == "value_error" and isinstance(error.get("ctx", {}).get("error"), RuleError):
        kind, message = "broken_rule", str(error["ctx"]["error"])
    return FieldProblem(field=".".join(map(str, location)), code=kind, message=message)


def allow_header(request: Request) -> dict[str, str]:
    """Say which methods a path takes; the framework names those of one route alone."""
    allowed = [
        method
        for method in METHODS
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    ]
    # None of the routes fits what lies in a mounted folder: files.
    return {"Allow": ", ".join(allowed or ["GET", "HEAD"])}


async def handle_error(request: Request, error: Exception) -> JSONResponse:
    """Answer a domain error, a request that does not fit, or the framework's own refusal."""
    match error:
        case AppError():
            return app_error_response(request, error)
        case RequestValidationError():
            return problem_response(
                request,
                HTTP_422_UNPROCESSABLE_CONTENT,
                "invalid_request",
                "The request does not fit what this call takes.",
                errors=[field_problem(fault) for fault in error.errors()],
            )
        case HTTPException():
            status = error.status_code
            headers = allow_header(request) if status == HTTP_405_METHOD_NOT_ALLOWED else {}
            return problem_response(
                request,
                status,
                code_of(status),
                str(error.detail),
                headers={**(error.headers or {}), **headers},
            )
    raise error


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the application with a problem document."""
    for kind in (AppError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle_error)
