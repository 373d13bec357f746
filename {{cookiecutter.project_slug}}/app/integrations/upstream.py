"""The engine behind every client: attempts, pauses, limits. It knows nothing of HTTP.

A client of any protocol gives it one attempt as a function, and a judge of that function's errors.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import TypeVar

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from app.core.integration_errors import UpstreamTimeoutError, UpstreamUnavailableError
from app.integrations import metrics
from app.integrations.breaker import Breaker, BreakerState
from app.integrations.budget import Budget
from app.integrations.pace import Pace
from app.integrations.per_loop import PerLoop
from app.integrations.policy import Policy
from app.integrations.verdict import (
    FailedAttemptError,
    Judge,
    asked_seconds,
    may_pass,
    pause_seconds,
)

log = structlog.get_logger()

Answer = TypeVar("Answer")
Attempt = Callable[[], Awaitable[Answer]]


class Upstream:
    """What is known of one host, and how it is called."""

    def __init__(self, host: str, policy: Policy) -> None:
        self.host = host
        self.policy = policy
        self.breaker = Breaker(policy)
        self.budget = Budget(policy)
        self.places = PerLoop(lambda: asyncio.Semaphore(policy.concurrency))
        self.pace = PerLoop(lambda: Pace(policy.calls_per_second))

    async def call(self, attempt: Attempt[Answer], judge: Judge, *, may_repeat: bool) -> Answer:
        """Call the host within the policy's limits.

        `may_repeat` says that a repeated attempt does no harm.

        Raises:
            UpstreamError: the one of the verdict on the last attempt.
            UpstreamTimeoutError: all attempts together took too long.
            UpstreamUnavailableError: the host was down a moment ago, and was not asked.
        """
        began = time.monotonic()
        try:
            answer = await self.call_in_time(attempt, judge, may_repeat=may_repeat)
        except BaseException as error:
            self.note_call(outcome_of(error), time.monotonic() - began)
            if isinstance(error, FailedAttemptError):
                raise error.verdict.error from error.__cause__
            raise
        self.note_call("ok", time.monotonic() - began)
        return answer

    async def call_in_time(
        self, attempt: Attempt[Answer], judge: Judge, *, may_repeat: bool
    ) -> Answer:
        """Make attempts until one succeeds, none may follow, or the time is over."""
        self.budget.note_call()
        retrying = AsyncRetrying(
            retry=retry_if_exception(may_pass),
            wait=self.pause,
            stop=partial(self.is_last, attempts=self.policy.max_attempts if may_repeat else 1),
            reraise=True,
        )
        deadline = asyncio.timeout(self.policy.deadline_seconds)
        try:
            async with deadline:
                return await retrying(self.make_attempt, attempt, judge, deadline)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise UpstreamTimeoutError from error

    async def make_attempt(
        self, attempt: Attempt[Answer], judge: Judge, deadline: asyncio.Timeout
    ) -> Answer:
        """Make one attempt when its turn comes, and note what it says about the host."""
        async with self.turn() as is_trial:
            outcome, is_ill = "error", None
            try:
                answer = await attempt()
                outcome, is_ill = "ok", False
            except asyncio.CancelledError:
                # By the deadline, when the other side is too slow, or by whoever wanted the answer.
                outcome, is_ill = ("deadline", True) if deadline.expired() else ("cancelled", None)
                raise
            except Exception as error:
                verdict = judge(error)
                if verdict is None:
                    raise
                outcome, is_ill = verdict.outcome, verdict.is_ill
                raise FailedAttemptError(verdict) from error
            finally:
                self.note_attempt(outcome, is_trial=is_trial, is_ill=is_ill)
        return answer

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[bool]:
        """Wait for a turn, and tell whether it is the breaker's trial; raises as the breaker."""
        # Also before the wait, since a refusal should cost no time.
        self.breaker.check()
        async with self.places.get():
            await self.pace.get().wait()
            yield self.breaker.enter()

    def pause(self, state: RetryCallState) -> float:
        """Return for how many seconds to wait before the next attempt."""
        return pause_seconds(self.policy, state.attempt_number, asked_seconds(state))

    def is_last(self, state: RetryCallState, attempts: int) -> bool:
        """Tell whether no other attempt follows; asking the budget costs, so it comes last."""
        begins_at = (state.seconds_since_start or 0) + state.upcoming_sleep
        return (
            state.attempt_number >= attempts
            # What could not begin in time is given up at once.
            or begins_at >= self.policy.deadline_seconds
            or self.breaker.state == BreakerState.OPEN
            or not self.budget.take()
        )

    def note_attempt(self, outcome: str, *, is_trial: bool, is_ill: bool | None) -> None:
        """Count an attempt, and let the breaker learn from it."""
        before = self.breaker.state
        self.breaker.leave(is_trial=is_trial, is_ill=is_ill)
        metrics.ATTEMPTS.labels(self.host, outcome).inc()
        after = self.breaker.state
        if after != before:
            log.warning("breaker changed", host=self.host, before=before.name, after=after.name)

    def note_call(self, outcome: str, seconds: float) -> None:
        """Count a call, and say in the log when it failed."""
        metrics.CALLS.labels(self.host, outcome).inc()
        metrics.SECONDS.labels(self.host).observe(seconds)
        metrics.BREAKER.labels(self.host).set(self.breaker.state)
        if outcome not in {"ok", "cancelled"}:
            log.warning("upstream call failed", host=self.host, outcome=outcome)


@cache
def upstream_at(host: str, policy: Policy) -> Upstream:
    """Return what this process knows of a host; hosts come from the settings, a handful."""
    return Upstream(host, policy)


def outcome_of(error: BaseException) -> str:
    """Say in a word how a call ended that gave no answer."""
    match error:
        case FailedAttemptError():
            return error.verdict.outcome
        case UpstreamUnavailableError():
            return "refused"
        case UpstreamTimeoutError():
            return "deadline"
        case asyncio.CancelledError():
            return "cancelled"
    return "error"
