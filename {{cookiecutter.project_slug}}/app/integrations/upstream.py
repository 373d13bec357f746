"""The engine behind every client: attempts, pauses, limits. It knows nothing of HTTP.

A client of any protocol gives it one attempt as a function, and a judge of that function's errors.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from secrets import SystemRandom
from typing import TypeVar

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_any
from tenacity.stop import stop_after_attempt, stop_base, stop_before_delay

from app.core.exceptions import UpstreamError, UpstreamTimeoutError, UpstreamUnavailableError
from app.integrations import metrics
from app.integrations.breaker import Breaker, BreakerState
from app.integrations.budget import Budget
from app.integrations.pace import Pace
from app.integrations.per_loop import PerLoop
from app.integrations.policy import Policy

log = structlog.get_logger()

Answer = TypeVar("Answer")
Attempt = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True)
class Verdict:
    """What the error of an attempt means."""

    outcome: str
    """In a word, for metrics and the log."""
    error: UpstreamError
    """What the caller gets."""
    may_pass: bool = False
    """Another attempt may succeed."""
    is_ill: bool | None = False
    """Whether the other side is down; None when the error says nothing about that."""
    retry_after_seconds: float = 0
    """What the other side asks to wait before another attempt."""


Judge = Callable[[Exception], Verdict | None]
"""Returns None for an error that is ours: it goes to the caller as it is."""


class FailedAttemptError(Exception):
    """An attempt failed, for the reason that is its cause."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.outcome)
        self.verdict = verdict


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
        outcome, began = "error", time.monotonic()
        try:
            answer = await self.call_in_time(attempt, judge, may_repeat=may_repeat)
            outcome = "ok"
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        except UpstreamUnavailableError:
            outcome = "refused"
            raise
        except FailedAttemptError as failed:
            outcome = failed.verdict.outcome
            raise failed.verdict.error from failed.__cause__
        except UpstreamTimeoutError:
            outcome = "deadline"
            raise
        finally:
            self.note_call(outcome, time.monotonic() - began)
        return answer

    async def call_in_time(
        self, attempt: Attempt[Answer], judge: Judge, *, may_repeat: bool
    ) -> Answer:
        """Make attempts until one succeeds, none may follow, or the time is over."""
        self.budget.note_call()
        retrying = AsyncRetrying(
            retry=retry_if_exception(may_pass),
            wait=self.pause,
            stop=self.stop_after(self.policy.max_attempts if may_repeat else 1),
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
        # Before the wait for a turn, since a refusal should cost no time.
        self.breaker.check()
        async with self.places.get():
            await self.pace.get().wait()
            is_trial = self.breaker.enter()
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

    def pause(self, state: RetryCallState) -> float:
        """Return for how many seconds to wait before the next attempt."""
        return pause_seconds(self.policy, state.attempt_number, verdict_of(state))

    def stop_after(self, attempts: int) -> stop_base:
        """Say after which attempt no other follows; the budget is asked last, since asking costs."""
        return stop_any(
            stop_after_attempt(attempts),
            # What could not begin before the deadline is given up at once.
            stop_before_delay(self.policy.deadline_seconds),
            lambda _: self.breaker.state == BreakerState.OPEN,
            lambda _: not self.budget.take(),
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


def may_pass(error: BaseException) -> bool:
    """Tell whether another attempt may succeed."""
    return isinstance(error, FailedAttemptError) and error.verdict.may_pass


def verdict_of(state: RetryCallState) -> Verdict | None:
    """Return the verdict on the latest attempt."""
    error = state.outcome.exception() if state.outcome else None
    return error.verdict if isinstance(error, FailedAttemptError) else None


def pause_seconds(policy: Policy, attempt: int, verdict: Verdict | None) -> float:
    """Choose a pause: full jitter, so that those who failed together come back apart.

    It comes on top of what the other side asks for, which it asks everybody for.
    """
    bound = min(policy.cap_seconds, policy.base_seconds * policy.growth**attempt)
    asked = verdict.retry_after_seconds if verdict else 0
    return asked + SystemRandom().uniform(0, bound)
