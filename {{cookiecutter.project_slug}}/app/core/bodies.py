"""Request bodies: how long they may be, and how deeply nested."""

import json
import re
from itertools import accumulate

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.status import HTTP_400_BAD_REQUEST
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.exceptions import BodyTooLargeError
from app.core.problems import app_error_response

MAX_DEPTH = 32
MAX_WEBHOOK_BYTES = 1_048_576
IMAGE_PATH = re.compile(r"/products/[^/]+/image")
WEBHOOK_PATH = re.compile(r"/webhooks/[^/]+")

# A text, also one without an end: `*+` never goes back, so hostile texts cost no more than others.
TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
NO_BRACKETS = re.compile(r"[^\[\]{}]+")
STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


class BodySizeMiddleware(RequestBodyLimitMiddleware):
    """Answer 413 to a body that is too long: before it is read, or while it is read."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the announced length first: Starlette's own check lets the call run before."""
        if scope["type"] == "http" and announced_bytes(scope) > self.max_body_size:
            response = app_error_response(Request(scope), BodyTooLargeError())
            await response(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


class BodySizesMiddleware:
    """Let pictures be longer than other bodies, and webhooks as long as senders may expect."""

    def __init__(self, app: ASGIApp, max_body_size: int, max_image_size: int) -> None:
        self.limits = BodySizeMiddleware(app, max_body_size)
        self.limits_by_path = {
            IMAGE_PATH: BodySizeMiddleware(app, max_image_size),
            WEBHOOK_PATH: BodySizeMiddleware(app, MAX_WEBHOOK_BYTES),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose the limit by the path."""
        limits = self.limits_of(scope["path"]) if scope["type"] == "http" else self.limits
        await limits(scope, receive, send)

    def limits_of(self, path: str) -> BodySizeMiddleware:
        """Return what limits bodies that are sent to this path."""
        for pattern, limits in self.limits_by_path.items():
            if pattern.fullmatch(path):
                return limits
        return self.limits


def announced_bytes(scope: Scope) -> int:
    """Return the length that the request announces, 0 if it announces none."""
    announced = Headers(scope=scope).get("content-length", "")
    return int(announced) if announced.isdecimal() else 0


class JsonDepthMiddleware:
    """Refuse JSON that is nested too deeply, before it is parsed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the body of a JSON request on as one piece, once all of it has come."""
        if scope["type"] != "http" or not is_json(scope):
            await self.app(scope, receive, send)
            return
        chunks: list[bytes] = []

        async def receive_whole_body() -> Message:
            message = await receive()
            while message["type"] == "http.request":
                chunks.append(message.get("body", b""))
                if not message.get("more_body", False):
                    body = b"".join(chunks)
                    check_depth(body)
                    return {"type": "http.request", "body": body, "more_body": False}
                message = await receive()
            return message

        await self.app(scope, receive_whole_body, send)


def is_json(scope: Scope) -> bool:
    """Tell whether the body may be parsed as JSON."""
    return "json" in Headers(scope=scope).get("content-type", "").lower()


def check_depth(body: bytes) -> None:
    """Refuse a body that is nested more deeply than `MAX_DEPTH`.

    Raises:
        HTTPException: 400, the one kind that FastAPI lets through while it reads a body.
    """
    # Nearly all bodies have fewer brackets than that, and need no closer look.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and depth_of(body) > MAX_DEPTH:
        raise HTTPException(HTTP_400_BAD_REQUEST, f"JSON may be nested {MAX_DEPTH} levels deep.")


def depth_of(body: bytes) -> int:
    """Count the levels of brackets outside of texts; no recursion, and no step for each byte."""
    # As the parser reads it; what cannot be read in this encoding is refused there.
    text = body.decode(json.detect_encoding(body), "replace")
    brackets = NO_BRACKETS.sub("", TEXT.sub("", text))
    return max(accumulate(map(STEPS.__getitem__, brackets), initial=0))
