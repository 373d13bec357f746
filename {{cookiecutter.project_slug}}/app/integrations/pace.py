"""The pace: how many attempts begin in any one second."""

import asyncio
import time
from collections import deque


class Pace:
    """Let so many begin in any second, the others later and in their order; for one event loop."""

    def __init__(self, per_second: int) -> None:
        self.begun: deque[float] = deque(maxlen=per_second)
        self.turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when one more may begin; who stops waiting takes nobody's turn."""
        async with self.turn:
            if len(self.begun) == self.begun.maxlen:
                await asyncio.sleep(self.begun[0] + 1 - time.monotonic())
            self.begun.append(time.monotonic())
