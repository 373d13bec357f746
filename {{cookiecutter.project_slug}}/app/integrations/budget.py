"""The budget of repeated attempts: an upstream that is down gets hardly more requests than ever."""

import time

from app.integrations.policy import Policy
from app.integrations.window import Clock, Window


class Budget:
    """Allow repeating in a small share of calls: repeating everything would multiply an outage."""

    def __init__(self, policy: Policy, clock: Clock = time.monotonic) -> None:
        self.policy = policy
        self.calls = Window(policy.budget_seconds, clock)
        self.repeats = Window(policy.budget_seconds, clock)

    def note_call(self) -> None:
        """Count a call, however it ends."""
        self.calls.add()

    def take(self) -> bool:
        """Take a repeated attempt out of the budget; false when none is left."""
        share = self.policy.budget_share * self.calls.count()
        if self.repeats.count() + 1 > max(share, self.policy.budget_floor):
            return False
        self.repeats.add()
        return True
