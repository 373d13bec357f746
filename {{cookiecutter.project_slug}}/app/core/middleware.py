"""Pure ASGI middleware: what a request is called, its time limit, and the answer of last resort.

`BaseHTTPMiddleware` is not used: it costs throughput and loses context variables.
"""

import asyncio
import re
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.exceptions import AppError, RequestTimeoutError
from app.core.log_safety import shown_path
from app.core.problems import app_error_response

log = structlog.get_logger()

SAFE_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# W3C Trace Context, section 3.2: version, trace, parent and flags.
TRACE_PARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class RequestIdMiddleware:
    """Give each request an id: in `request.state`, in every log line, in the answer.

    A `traceparent` of the caller goes into the log, too, and along with the jobs that it queues.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take the caller's `X-Request-ID` when it is harmless, else make one."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if SAFE_REQUEST_ID.fullmatch(given) else uuid4().hex
        names = {"request_id": request_id} | trace_of(headers)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(**names):
            await self.app(scope, receive, send_with_id)


def trace_of(headers: Headers) -> dict[str, str]:
    """Return the caller's place in a trace, if the request names one that can be one."""
    given = headers.get("traceparent", "")
    return {"traceparent": given} if TRACE_PARENT.fullmatch(given) else {}


class LastResortMiddleware:
    """Turn an unhandled exception into a 500 problem, so that the connection lives on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log the exception; answer for it unless an answer is under way already."""
        started = False

        async def watching_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watching_send)
        except Exception:
            if started or scope["type"] != "http":
                raise
            path = shown_path(scope["path"])
            log.exception("unhandled exception", method=scope["method"], path=path)
            response = app_error_response(Request(scope), AppError())
            await response(scope, receive, send)


class RequestTimeoutMiddleware:
    """Answer 503 when a response has not begun within the time limit."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Cancel a request that is too slow; what runs after the response has no limit here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_in_time(message: Message) -> None:
            # Past the deadline this is the answer to being cancelled, and still one in time.
            if not deadline.expired():
                deadline.reschedule(None)
            await send(message)

        deadline = asyncio.timeout(self.seconds)
        try:
            async with deadline:
                await self.app(scope, receive, send_in_time)
        except TimeoutError:
            if not deadline.expired():
                raise
            response = app_error_response(Request(scope), RequestTimeoutError())
            await response(scope, receive, send)
