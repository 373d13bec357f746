"""`python -m dev.chaos.run [--short] [SCENARIO...]`: play scenarios, print a table.

It uses the database that the environment names, which is to be migrated and empty, and a Redis of
its own.
"""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from dev.chaos.outcome import HEADER, LONG, SHORT, Outcome, Scale
from dev.chaos.redis_server import RedisServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NAMES = (
    "kill_workers",
    "kill_children",
    "stop_again_and_again",
    "hand_back",
    "lose_redis",
    "crash_everywhere",
    "poison",
    "many_schedulers",
    "same_key",
)


def scenarios(server: RedisServer) -> "dict[str, Callable[[Scale], Awaitable[Outcome]]]":
    """Return the scenarios by name; what they import reads where Redis is."""
    from dev.chaos import clocks, crashes, keys, kills, poison, redis_loss, stops  # noqa: PLC0415

    found = (
        kills.kill_workers,
        kills.kill_children,
        stops.stop_again_and_again,
        stops.hand_back,
        redis_loss.losing(server),
        crashes.crash_everywhere,
        poison.poison,
        clocks.many_schedulers,
        keys.same_key,
    )
    return dict(zip(NAMES, found, strict=True))


async def play(server: RedisServer, names: list[str], scale: Scale) -> bool:
    """Play scenarios one after the other, a line of the table each; tell whether all went well."""
    from dev.chaos.jobs import register  # noqa: PLC0415

    register()
    print(HEADER, flush=True)
    outcomes = []
    for name, scenario in scenarios(server).items():
        if name in names:
            outcomes.append(await scenario(scale))
            print(outcomes[-1].row(name), flush=True)
    return all(outcome.is_good for outcome in outcomes)


def main() -> int:
    """Play what the command line asks for; 1 if something was lost, doubled or too slow."""
    parser = argparse.ArgumentParser(prog="python -m dev.chaos.run")
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes")
    parser.add_argument("names", nargs="*", metavar="SCENARIO", help=", ".join(NAMES))
    given = parser.parse_args()
    if unknown := {*given.names} - {*NAMES}:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        os.environ["REDIS_URL"] = server.url
        try:
            scale = SHORT if given.short else LONG
            return 0 if asyncio.run(play(server, given.names or [*NAMES], scale)) else 1
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
