"""`python -m dev.chaos.run [--short] [SCENARIO...]`: play scenarios, print a table.

It uses the database that the environment names, which is to be migrated, and starts a Redis of its
own at the port of REDIS_URL.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from dev.chaos import clocks, crashes, keys, kills, poison, redis_loss, stops, webhooks
from dev.chaos.jobs import TRIES, register
from dev.chaos.outcome import HEADER, LONG, SHORT, Outcome, Scale
from dev.chaos.redis_server import RedisServer
from dev.workers import WORKERS

Scenario = Callable[[Scale], Awaitable[Outcome]]

SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        kills.kill_workers,
        kills.kill_children,
        stops.stop_again_and_again,
        stops.hand_back,
        crashes.crash_everywhere,
        poison.poison,
        clocks.many_schedulers,
        keys.same_key,
        *([webhooks.webhooks_while_stopped] if WORKERS else []),
    )
}
# Without workers no job is in Redis, and none can be stopped while the service goes on.
NAMES = [*SCENARIOS, "repeat_webhook", *(["lose_redis"] if WORKERS else [])]


async def play(server: RedisServer, names: list[str], scale: Scale) -> bool:
    """Play scenarios one after the other, a line of the table each; tell whether all went well."""
    task = asyncio.current_task()
    if task:
        # What was started is stopped also then.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    scenarios = SCENARIOS | {
        "lose_redis": redis_loss.losing(server),
        "repeat_webhook": webhooks.repeating(server),
    }
    print(HEADER, flush=True)
    outcomes = []
    for name in names:
        outcomes.append(await scenarios[name](scale))
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
    scale = SHORT if given.short else LONG
    os.environ[TRIES] = str(scale.tries)
    register()
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder), urlsplit(os.environ["REDIS_URL"]).port or 0)
        server.start()
        try:
            return 0 if asyncio.run(play(server, given.names or NAMES, scale)) else 1
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
