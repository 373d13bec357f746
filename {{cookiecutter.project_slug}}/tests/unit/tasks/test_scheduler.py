"""What a scheduler does again and again."""

import asyncio
import time

import pytest

from app.tasks.scheduler import repeat

SOON_SECONDS = 10


class Duty:
    """A duty that ends the scheduler at its last time."""

    __name__ = "duty"

    def __init__(self, *outcomes: bool | Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.stopped = asyncio.Event()

    async def __call__(self) -> bool | None:
        """Raise or return what comes next."""
        outcome = self.outcomes.pop(0)
        if not self.outcomes:
            self.stopped.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def done(self, seconds: float) -> float:
        """Do it so often, with a pause of these seconds, and return how long that took."""
        start = time.monotonic()
        async with asyncio.timeout(SOON_SECONDS):
            await repeat(self, seconds, self.stopped)
        return time.monotonic() - start


async def test_it_is_done_again_after_a_pause() -> None:
    duty = Duty(None, False, None)

    assert await duty.done(0.1) >= 0.2
    assert duty.outcomes == []


async def test_it_is_done_again_at_once_when_there_is_more_to_do() -> None:
    duty = Duty(True, True, True, None)

    assert await duty.done(SOON_SECONDS) < SOON_SECONDS
    assert duty.outcomes == []


async def test_an_error_is_logged_and_for_the_next_time(caplog: pytest.LogCaptureFixture) -> None:
    duty = Duty(OSError("away"), None, RuntimeError(), None)

    assert await duty.done(0.05) >= 0.15
    assert duty.outcomes == []
    assert caplog.text.count("failed, to be tried again") == 2


async def test_it_is_not_begun_when_it_is_to_stop_and_a_pause_ends_then() -> None:
    duty, waiting = Duty(None), Duty(None, None)
    duty.stopped.set()

    await duty.done(SOON_SECONDS)
    asyncio.get_running_loop().call_later(0.1, waiting.stopped.set)
    seconds = await waiting.done(2 * SOON_SECONDS)

    assert len(duty.outcomes) == len(waiting.outcomes) == 1
    assert seconds < SOON_SECONDS
