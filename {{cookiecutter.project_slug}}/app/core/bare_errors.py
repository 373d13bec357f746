"""Errors that are no problem documents: other people's middleware answers with bare text."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.status import HTTP_400_BAD_REQUEST
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.problems import MEDIA_TYPE, code_of, problem_response, title_of

# Of these errors, 400 is the one that needs explaining.
DETAILS = {
    HTTP_400_BAD_REQUEST: "The service does not take requests for this host or from this origin."
}


class BareErrorMiddleware:
    """Replace every error that is no problem document by one that is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the place of a bare error, with its status and its headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        replaced = False

        async def send_problem(message: Message) -> None:
            nonlocal replaced
            if is_bare_error(message):
                replaced = True
                await problem_in_place_of(message, Request(scope))(scope, receive, send)
            elif not replaced:
                await send(message)

        await self.app(scope, receive, send_problem)


def is_bare_error(message: Message) -> bool:
    """Tell whether an answer of 400 or above begins that is no problem document."""
    return (
        message["type"] == "http.response.start"
        and message["status"] >= HTTP_400_BAD_REQUEST
        and Headers(raw=message["headers"]).get("content-type") != MEDIA_TYPE
    )


def problem_in_place_of(start: Message, request: Request) -> Response:
    """Build a problem with the status and the headers of an error; its text is lost."""
    status = start["status"]
    detail = DETAILS.get(status, f"{title_of(status)}.")
    response = problem_response(request, status, code_of(status), detail)
    response.raw_headers += [
        header for header in start["headers"] if not header[0].lower().startswith(b"content-")
    ]
    return response
