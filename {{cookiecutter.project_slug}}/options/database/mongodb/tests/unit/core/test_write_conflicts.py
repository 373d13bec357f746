"""The middleware that runs a request again: what the application gets, how often, how soon."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.turns import runs_again
from app.core.write_conflicts import (
    LONGEST_PAUSE_MILLISECONDS,
    MOST_RUNS,
    WriteConflictError,
    WriteConflictMiddleware,
)

SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "path": "/",
    "headers": [],
    "state": {"request_id": "of-the-request"},
}
START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"done"}


def pieces(*bodies: bytes) -> list[Message]:
    """Return a body as a server passes it on, piece by piece."""
    return [
        {"type": "http.request", "body": body, "more_body": number < len(bodies)}
        for number, body in enumerate(bodies, 1)
    ]


@dataclass
class Application:
    """Lose so many races, once it has received a whole body; then answer."""

    conflicts: int
    answers_early: bool = False
    bodies: list[bytes] = field(default_factory=list)
    were_alone: list[bool] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do so."""
        body, more = b"", True
        while more:
            message = await receive()
            body += message["body"]
            more = message["more_body"]
        self.bodies.append(body)
        self.were_alone.append(runs_again.get())
        if self.answers_early:
            await send(START)
        if len(self.bodies) <= self.conflicts:
            raise WriteConflictError
        await send(START)
        await send(BODY)


async def call(application: ASGIApp, messages: list[Message], scope: Scope = SCOPE) -> list[Any]:
    """Send a request through the middleware; return what was answered."""
    answer: list[Message] = []
    left = iter(messages)

    async def receive() -> Message:
        return next(left)

    async def send(message: Message) -> None:
        answer.append(message)

    await WriteConflictMiddleware(application)(scope, receive, send)
    return answer


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that were to be waited."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    # There alone: the driver sleeps, too, on the same loop.
    monkeypatch.setattr("app.core.write_conflicts.asyncio", SimpleNamespace(sleep=sleep))
    return waited


@pytest.mark.parametrize("conflicts", range(MOST_RUNS))
@pytest.mark.parametrize("parts", [[b""], [b"abc"], [b"a", b"", b"bc"]])
async def test_who_lost_runs_again_with_the_whole_body_until_it_succeeds(
    pauses: list[float], conflicts: int, parts: list[bytes]
) -> None:
    application = Application(conflicts)

    answer = await call(application, pieces(*parts))

    assert answer == [START, BODY]
    assert application.bodies == [b"".join(parts)] * (conflicts + 1)
    assert application.were_alone == [False] + [True] * conflicts
    assert len(pauses) == conflicts


async def test_who_lost_four_times_is_told_to_come_back_later(pauses: list[float]) -> None:
    application = Application(conflicts=100)

    answer = await call(application, pieces(b"abc"))

    assert len(application.bodies) == MOST_RUNS == 4
    assert answer[0]["status"] == 503
    assert b"retry-after" in dict(answer[0]["headers"])
    assert b'"database_unavailable"' in answer[1]["body"]
    assert b'"of-the-request"' in answer[1]["body"]


async def test_only_what_has_been_received_is_received_again() -> None:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        first.append((await receive())["body"])
        if len(first) == 1:
            raise WriteConflictError
        first.append((await receive())["body"])

    first: list[bytes] = []
    await call(application, pieces(b"a", b"b"))

    assert first == [b"a", b"a", b"b"]


async def test_an_answer_that_has_begun_is_not_given_twice(pauses: list[float]) -> None:
    application = Application(conflicts=1, answers_early=True)

    with pytest.raises(WriteConflictError):
        await call(application, pieces(b"abc"))

    assert len(application.bodies) == 1


async def test_the_pauses_are_chosen_by_chance_within_their_bound(pauses: list[float]) -> None:
    for _ in range(50):
        await call(Application(conflicts=3), pieces(b""))

    assert len(set(pauses)) > 10
    assert min(pauses) >= 0
    assert LONGEST_PAUSE_MILLISECONDS / 2000 < max(pauses) <= LONGEST_PAUSE_MILLISECONDS / 1000


@pytest.mark.parametrize("conflicts", [0, 1, MOST_RUNS])
async def test_the_next_request_writes_among_others_again(
    pauses: list[float], conflicts: int
) -> None:
    await call(Application(conflicts), pieces(b""))

    assert not runs_again.get()


@pytest.mark.parametrize("make", [ValueError, asyncio.CancelledError])
async def test_any_other_error_passes_at_once(make: Callable[[], BaseException]) -> None:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        runs.append(1)
        raise make()

    runs: list[int] = []
    with pytest.raises((ValueError, asyncio.CancelledError)):
        await call(application, [])

    assert runs == [1]
    assert not runs_again.get()


async def test_what_is_no_request_is_left_alone() -> None:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        raise WriteConflictError

    with pytest.raises(WriteConflictError):
        await call(application, [], {"type": "lifespan"})
