"""The circuit breaker: who is down is left alone, and looked at again by one attempt at a time."""

import time
from enum import IntEnum

from app.core.integration_errors import UpstreamUnavailableError
from app.integrations.policy import Policy
from app.integrations.window import Clock, Window

# What a caller is told to wait while another one tries.
TRIAL_SECONDS = 1.0


class BreakerState(IntEnum):
    """Whether attempts pass; the numbers are those of the metric."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Count how attempts end, and let none through while too many fail.

    Neither a lock nor a task: it changes only between two awaits.
    """

    def __init__(self, policy: Policy, clock: Clock = time.monotonic) -> None:
        self.policy = policy
        self.clock = clock
        self.sound = Window(policy.breaker_window_seconds, clock)
        self.ill = Window(policy.breaker_window_seconds, clock)
        self.closed_until: float | None = None
        self.is_tried = False

    @property
    def state(self) -> BreakerState:
        """Tell whether attempts pass: all, one at a time, or none."""
        if self.closed_until is None:
            return BreakerState.CLOSED
        is_over = self.clock() >= self.closed_until
        return BreakerState.HALF_OPEN if is_over else BreakerState.OPEN

    def check(self) -> None:
        """Refuse an attempt that would not pass.

        Raises:
            UpstreamUnavailableError: it says after which time to come again.
        """
        if self.closed_until is None:
            return
        seconds = self.closed_until - self.clock()
        if seconds > 0 or self.is_tried:
            raise UpstreamUnavailableError(max(seconds, TRIAL_SECONDS))

    def enter(self) -> bool:
        """Let an attempt pass, and tell whether it is the trial; raises as `check`."""
        self.check()
        is_trial = self.closed_until is not None
        self.is_tried = self.is_tried or is_trial
        return is_trial

    def leave(self, *, is_trial: bool, is_ill: bool | None) -> None:
        """Note how an attempt ended; None when that says nothing about the other side."""
        if is_trial:
            self.is_tried = False
        if is_ill is None:
            return
        # What began before it opened and ends only now is old news.
        if is_trial or self.closed_until is None:
            self.judge(is_ill=is_ill, is_trial=is_trial)

    def judge(self, *, is_ill: bool, is_trial: bool) -> None:
        """Open, stay, or close."""
        (self.ill if is_ill else self.sound).add()
        if is_trial and not is_ill:
            self.closed_until = None
            self.ill.clear()
        elif is_trial or self.fails_too_often():
            self.closed_until = self.clock() + self.policy.breaker_open_seconds
            self.sound.clear()

    def fails_too_often(self) -> bool:
        """Tell whether the share of failures is too large, of enough attempts to tell."""
        ill, sound = self.ill.count(), self.sound.count()
        total = ill + sound
        return total >= self.policy.breaker_attempts and ill >= total * self.policy.breaker_share
