"""Counting what happened in the last seconds."""

import time
from collections import deque
from collections.abc import Callable

Clock = Callable[[], float]


class Window:
    """Moments of the last seconds; older ones are forgotten."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self.seconds = seconds
        self.clock = clock
        self.moments: deque[float] = deque()

    def add(self) -> None:
        """Count one more."""
        self.moments.append(self.clock())

    def count(self) -> int:
        """Return how many there were."""
        oldest = self.clock() - self.seconds
        while self.moments and self.moments[0] <= oldest:
            self.moments.popleft()
        return len(self.moments)

    def clear(self) -> None:
        """Begin anew."""
        self.moments.clear()
