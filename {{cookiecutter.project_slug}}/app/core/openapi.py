"""The OpenAPI document, which states every answer that a call can give."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.status import HTTP_413_CONTENT_TOO_LARGE

from app.core.problems import MEDIA_TYPE, Problem, title_of

# Whatever is called: no schema fits all input, and a database can be away.
EVERYWHERE = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare the problems that a call answers with, for `responses=`."""
    return {int(status): problem(status) for status in (*statuses, *EVERYWHERE)}


def problem(status: int) -> dict[str, Any]:
    """Describe the answer of one status."""
    return {
        "description": title_of(status),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def declare_limits(document: dict[str, Any]) -> None:
    """Declare the refusal of a body that is too long, wherever there is a body."""
    for operations in document["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                operation["responses"]["413"] = problem(HTTP_413_CONTENT_TOO_LARGE)


def install_openapi(app: FastAPI, title: str) -> None:
    """Title the document, and describe problems once, for all calls that declare them."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        document = generate()
        document["info"]["title"] = title
        schemas = document["components"]["schemas"]
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs") | {"Problem": schema}
        declare_limits(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this way to extend it
