"""What is to happen after a commit."""

import asyncio

import pytest

from app.core.commits import run_callbacks


class Noting:
    """Callbacks that note that they ran."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def first(self) -> None:
        """Take longest."""
        await asyncio.sleep(0.01)
        self.done.append("first")

    async def second(self) -> None:
        """Take no time."""
        self.done.append("second")

    async def fail(self) -> None:
        """Fail."""
        raise ConnectionError("the queue is away")


async def test_all_run_one_after_the_other() -> None:
    noting = Noting()

    await run_callbacks([noting.first, noting.second])

    assert noting.done == ["first", "second"]


async def test_an_error_is_logged_and_neither_raised_nor_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    noting = Noting()

    await run_callbacks([noting.fail, noting.first, noting.fail, noting.second])

    assert noting.done == ["first", "second"]
    assert caplog.text.count("failed after the commit") == 2


async def test_nothing_to_do_is_fine() -> None:
    await run_callbacks(())
