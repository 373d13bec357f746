"""Keep coverage out of the greenlets in which SQLAlchemy runs its synchronous inside."""

import sys
from typing import Any

from greenlet import greenlet

# The tracer of coverage, while the code in a greenlet runs without it.
paused: list[Any] = []


def pause_coverage(_event: str, switched: tuple[greenlet, greenlet]) -> None:
    """Measure nothing between the entry into a greenlet and the return from it.

    Coverage could follow the switches by itself, which takes a third of the whole suite's time.
    None of the service's own code runs there, but for listeners to events of the pool.
    """
    _, target = switched
    tracer = sys.gettrace()
    if target.parent is None:
        if paused:
            sys.settrace(paused.pop())
    elif type(tracer).__module__.startswith("coverage"):
        # A debugger traces, too, and stays.
        paused.append(tracer)
        sys.settrace(None)
