"""Requests that lost a race for a document are run again, from their beginning."""

import asyncio
import secrets

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.exceptions import DatabaseUnavailableError
from app.core.problems import app_error_response
from app.core.turns import runs_again

MOST_RUNS = 4
LONGEST_PAUSE_MILLISECONDS = 50


class WriteConflictError(Exception):
    """Another unit of work wrote the same document first; nothing of this one is left."""


class Recorder:
    """What a request has received, to be received again, and whether its answer has begun."""

    def __init__(self, receive: Receive, send: Send) -> None:
        """Begin with nothing."""
        self.receive = receive
        self.send = send
        self.messages: list[Message] = []
        self.has_answered = False

    def replay(self) -> Receive:
        """Return a way to receive everything from the beginning."""
        position = 0

        async def receive_again() -> Message:
            nonlocal position
            if position == len(self.messages):
                self.messages.append(await self.receive())
            position += 1
            return self.messages[position - 1]

        return receive_again

    async def answer(self, message: Message) -> None:
        """Send a part of the answer."""
        self.has_answered = True
        await self.send(message)


class WriteConflictMiddleware:
    """Run a request again when a conflict undid it, at most three times.

    What it wrote is undone and its answer has not begun, so that nobody notices. It belongs
    inside the limits on time and on the size of bodies.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503 to a request that lost each time."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        recorder = Recorder(receive, send)
        first = runs_again.set(False)
        try:
            for _ in range(MOST_RUNS):
                try:
                    await self.app(scope, recorder.replay(), recorder.answer)
                except WriteConflictError:
                    # Work in the background, after the answer: that runs once.
                    if recorder.has_answered:
                        raise
                    runs_again.set(True)
                    # Those of other processes wait for another time, chosen by chance.
                    await asyncio.sleep(secrets.randbelow(LONGEST_PAUSE_MILLISECONDS + 1) / 1000)
                else:
                    return
        finally:
            runs_again.reset(first)
        response = app_error_response(Request(scope), DatabaseUnavailableError())
        await response(scope, receive, send)
