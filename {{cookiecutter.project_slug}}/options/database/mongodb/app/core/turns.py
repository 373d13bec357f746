"""Whose turn it is to write: many at once, or one alone that lost a race before."""

import asyncio
from contextvars import ContextVar

# Whether the request that is under way was undone by a conflict and runs again.
runs_again: ContextVar[bool] = ContextVar("runs_again", default=False)


class Turns:
    """Places for units of work that write, in this process.

    MongoDB lets nobody wait for a document: of two who write it at once, one has to begin again.
    So whoever begins again gets all places, and meets nobody but other processes.
    """

    def __init__(self, places: int) -> None:
        """Let so many write at once."""
        self.places = places
        self.taken = 0
        self.claims = 0
        self.freed = asyncio.Event()

    async def enter(self) -> int:
        """Wait for a place, or for all when the request runs again; return how many it got."""
        alone = runs_again.get()
        wanted = self.places if alone else 1
        self.claims += alone
        try:
            # Those who claim all places go first, or newcomers would keep them waiting forever.
            while self.taken + wanted > self.places or (self.claims and not alone):
                self.freed.clear()
                await self.freed.wait()
            self.taken += wanted
        finally:
            self.claims -= alone
            self.freed.set()
        return wanted

    def leave(self, places: int) -> None:
        """Give places back."""
        self.taken -= places
        self.freed.set()
