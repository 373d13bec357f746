"""What the end of an attempt means, in words that fit every protocol."""

from collections.abc import Callable
from dataclasses import dataclass
from secrets import SystemRandom

from tenacity import RetryCallState

from app.core.integration_errors import UpstreamError
from app.integrations.policy import Policy


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


def may_pass(error: BaseException) -> bool:
    """Tell whether another attempt may succeed."""
    return isinstance(error, FailedAttemptError) and error.verdict.may_pass


def asked_seconds(state: RetryCallState) -> float:
    """Return what the other side asked to wait, when it failed the latest attempt."""
    error = state.outcome.exception() if state.outcome else None
    return error.verdict.retry_after_seconds if isinstance(error, FailedAttemptError) else 0


def pause_seconds(policy: Policy, attempt: int, asked: float) -> float:
    """Choose a pause: full jitter, so that those who failed together come back apart.

    It comes on top of what the other side asks for, which it asks everybody for.
    """
    bound = min(policy.cap_seconds, policy.base_seconds * policy.growth**attempt)
    return asked + SystemRandom().uniform(0, bound)
