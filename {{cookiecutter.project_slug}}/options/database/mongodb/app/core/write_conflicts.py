"""Requests that lost a race for a document are run again, from their beginning."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.exceptions import DatabaseUnavailableError
from app.core.problems import app_error_response
from app.core.turns import runs_again

Result = TypeVar("Result")

MOST_RUNS = 4
LONGEST_PAUSE_MILLISECONDS = 50


class WriteConflictError(Exception):
    """Another unit of work wrote the same document first; nothing of this one is left."""


async def run_again_after_conflicts(
    work: Callable[[], Awaitable[Result]], unless: Callable[[], bool] = lambda: False
) -> Result:
    """Do something, and again when a conflict undid it, at most three times.

    Raises:
        WriteConflictError: it lost each time, or may not run again.
    """
    before, runs = runs_again.set(False), 1
    try:
        while True:
            try:
                return await work()
            except WriteConflictError:
                if runs == MOST_RUNS or unless():
                    raise
            runs += 1
            runs_again.set(True)
            # Those of other processes wait for another time, chosen by chance.
            await asyncio.sleep(secrets.randbelow(LONGEST_PAUSE_MILLISECONDS + 1) / 1000)
    finally:
        runs_again.reset(before)


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

        async def run() -> None:
            await self.app(scope, recorder.replay(), recorder.answer)

        try:
            # Not after the answer: work in the background runs once.
            await run_again_after_conflicts(run, unless=lambda: recorder.has_answered)
        except WriteConflictError:
            if recorder.has_answered:
                raise
            response = app_error_response(Request(scope), DatabaseUnavailableError())
            await response(scope, receive, send)
