"""Things that belong to one event loop: a process may have several, each in its own thread."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Made = TypeVar("Made")


class PerLoop(Generic[Made]):
    """Make one thing for each event loop, when it is first asked for there."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self.make = make
        self.made: WeakKeyDictionary[asyncio.AbstractEventLoop, Made] = WeakKeyDictionary()

    def get(self) -> Made:
        """Return the one of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in self.made:
            self.made[loop] = self.make()
        return self.made[loop]

    def take(self) -> Made | None:
        """Return the one of the running loop, if there is one, and forget it."""
        return self.made.pop(asyncio.get_running_loop(), None)
