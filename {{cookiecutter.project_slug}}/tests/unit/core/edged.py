"""A small application with edges of its own, for tests of what stands around any application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Response
from httpx2 import ASGITransport, AsyncClient
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse

from app.config import settings
from app.core.edges import install_edges
from app.core.exceptions import TooManyAttemptsError, UnavailableError
from app.core.problems import install_problem_handlers

PAGE = "https://www.example.com"
ORIGINS = [PAGE, "http://localhost:3000"]
PREFLIGHT = {"Origin": PAGE, "Access-Control-Request-Method": "PATCH"}
EDGES = {
    "cors_origins": ORIGINS,
    "cors_allow_credentials": True,
    "allowed_hosts": ["api.example.com", "*.shop.example.com", "[::1]"],
    "max_body_bytes": 1_024,
    "request_timeout_seconds": 0.05,
}


async def answer() -> str:
    return "Hello."


async def fail() -> None:
    raise KeyError


async def be_away() -> None:
    raise UnavailableError


async def be_overrun() -> None:
    raise TooManyAttemptsError(retry_after_seconds=7)


async def be_slow() -> None:
    await asyncio.sleep(1)


async def be_bare() -> Response:
    headers = {"Allow": "GET", "Retry-After": "9", "WWW-Authenticate": "Bearer", "ETag": '"x"'}
    return PlainTextResponse("traceback of the library", 503, headers=headers)


async def be_bare_json() -> Response:
    return JSONResponse({"detail": "made by a library"}, 418)


async def be_bare_stream() -> Response:
    async def parts() -> AsyncIterator[str]:
        yield "first "
        yield "second"

    return StreamingResponse(parts(), 502)


async def be_kept() -> Response:
    return PlainTextResponse("Hello.", headers={"Cache-Control": "public, max-age=60"})


ROUTES = {
    "/": answer,
    "/livez": answer,
    "/readyz": answer,
    "/broken": fail,
    "/away": be_away,
    "/overrun": be_overrun,
    "/slow": be_slow,
    "/bare": be_bare,
    "/bare-json": be_bare_json,
    "/bare-stream": be_bare_stream,
    "/kept": be_kept,
}


@asynccontextmanager
async def calling(host: str = "api.example.com", **changes: Any) -> AsyncIterator[AsyncClient]:
    """Call a small application with edges of its own."""
    app = FastAPI(openapi_url=None)
    install_problem_handlers(app)
    install_edges(app, settings.model_copy(update=EDGES | changes))
    for path, endpoint in ROUTES.items():
        app.get(path)(endpoint)
    app.post("/")(answer)
    async with AsyncClient(transport=ASGITransport(app), base_url=f"http://{host}") as client:
        yield client
