"""`python -m dev.chaos.upstream`: measure what a service that is down gets from its callers."""

import asyncio
import logging
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import structlog

from app.core.integration_errors import UpstreamError
from app.integrations.base import BaseClient
from app.integrations.connections import close_connections
from app.integrations.metrics import ATTEMPTS
from app.integrations.policy import DEFAULT, Policy
from app.integrations.upstream import Upstream, upstream_at
from app.integrations.verdict import Verdict
from dev.valkey import HOST, free_port

CLIENTS = 1_000
CALLS = 2_000
ROUNDS = 5
BIN_SECONDS = 0.05
LARGEST_SHARE = 0.1
ATTEMPTS_A_CALL = 1.1
REFUSAL_SECONDS = 0.005
WITHOUT_HURRY = replace(DEFAULT, deadline_seconds=60)
# Neither breaker nor pace nor places: what is left is the budget.
BUDGET_ALONE = replace(
    DEFAULT,
    breaker_attempts=1_000_000,
    calls_per_second=100_000,
    concurrency=200,
    deadline_seconds=60,
)


@dataclass(frozen=True)
class Figure:
    """What was measured, and what it may be at most."""

    name: str
    value: float
    bound: float
    unit: str

    @property
    def is_good(self) -> bool:
        """Tell whether it is within its bound."""
        return self.value <= self.bound

    def row(self) -> str:
        """Return a line of the table."""
        verdict = "good" if self.is_good else "BAD"
        return f"{self.name:58} {self.value:8.3f} {self.bound:8.3f} {self.unit:12} {verdict}"


class BusyServer:
    """Refuse everybody: the first requests all at the same moment, later ones as they come."""

    def __init__(self) -> None:
        self.arrivals: dict[int, list[float]] = defaultdict(list)
        self.all_came = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Note when each request of a client came, and refuse it."""
        number = 0
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                number += 1
                self.arrivals[number].append(time.monotonic())
                if len(self.arrivals[1]) == CLIENTS:
                    self.all_came.set()
                await self.all_came.wait()
                writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")
        writer.close()


async def call_busy(port: int) -> None:
    """Call as a client of its own, with a connection that is there already."""
    reader, writer = await asyncio.open_connection(HOST, port)

    async def attempt() -> None:
        writer.write(b"GET / HTTP/1.1\r\nHost: busy.example\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        raise ConnectionError

    with suppress(UpstreamError):
        await Upstream("busy.example", WITHOUT_HURRY).call(attempt, repeat, may_repeat=True)
    writer.close()


def repeat(_: Exception) -> Verdict:
    """Have every error repeated."""
    return Verdict("busy", UpstreamError(), may_pass=True, is_ill=True)


async def spread() -> list[Figure]:
    """Have clients fail at the same moment, and see how close together they come back.

    A machine that stalls has what was due meanwhile come at once: the round counts that it
    disturbed the least.
    """
    rounds = [await play_round() for _ in range(ROUNDS)]
    _, arrivals = min(rounds, key=lambda played: played[0])
    name = f"of {CLIENTS} clients, largest 50-ms bin"
    return [
        Figure(f"attempt {number} {name}", largest_bin(arrivals[number]), LARGEST_SHARE, "of all")
        for number in (2, 3)
    ]


async def play_round() -> tuple[float, Mapping[int, list[float]]]:
    """Return the longest stall in seconds, and when the attempts came, by their number."""
    server = BusyServer()
    listening = await asyncio.start_server(server.serve, HOST, 0, backlog=CLIENTS)
    port = listening.sockets[0].getsockname()[1]
    calls = asyncio.gather(*[call_busy(port) for _ in range(CLIENTS)])
    await server.all_came.wait()
    stall = await longest_stall(calls)
    listening.close()
    return stall, server.arrivals


async def longest_stall(calls: asyncio.Future[list[None]]) -> float:
    """Return for how long the event loop stood still at most, until the calls were over."""
    longest, before = 0.0, time.monotonic()
    while not calls.done():
        await asyncio.sleep(0.001)
        now = time.monotonic()
        longest, before = max(longest, now - before), now
    await calls
    return longest


def largest_bin(arrivals: list[float]) -> float:
    """Return which share of attempts came within the same 50 ms."""
    bins = Counter(int((moment - arrivals[0]) / BIN_SECONDS) for moment in arrivals)
    return max(bins.values()) / len(arrivals)


class DeadClient(BaseClient):
    """Call a port at which nobody listens."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(f"http://{HOST}:{free_port()}")
        self.policy = policy

    async def call(self) -> float:
        """Call, which has to fail, and return the seconds that it took."""
        began = time.perf_counter()
        try:
            await self._request("GET", "/")
        except UpstreamError:
            return time.perf_counter() - began
        raise AssertionError("somebody answered")

    def attempts(self) -> float:
        """Return how many attempts there were."""
        samples = next(iter(ATTEMPTS.collect())).samples
        ours = [each for each in samples if each.labels["host"] == self.host]
        return sum(each.value for each in ours if each.name.endswith("_total"))


async def dead(policy: Policy, what: str) -> list[Figure]:
    """Call a dead service often, all at once."""
    client = DeadClient(policy)
    await asyncio.gather(*[client.call() for _ in range(CALLS)])
    name = f"{CALLS} calls of a dead service, {what}"
    return [Figure(name, client.attempts() / CALLS, ATTEMPTS_A_CALL, "attempts each")]


async def refused() -> list[Figure]:
    """Call one after the other while the breaker is open."""
    client = DeadClient(DEFAULT)
    while not upstream_at(client.host, client.policy).breaker.state:
        await client.call()
    seconds = sorted([await client.call() for _ in range(CALLS)])
    percentile = seconds[int(0.99 * CALLS)]
    name = f"{CALLS} calls at an open breaker, 99th percentile"
    return [Figure(name, percentile * 1_000, REFUSAL_SECONDS * 1_000, "ms")]


SCENARIOS: list[Callable[[], Awaitable[list[Figure]]]] = [
    spread,
    partial(dead, DEFAULT, "as shipped"),
    partial(dead, BUDGET_ALONE, "by the budget alone"),
    refused,
]


async def measure() -> bool:
    """Print a line for each figure; tell whether all are good."""
    figures: list[Figure] = []
    for scenario in SCENARIOS:
        for figure in await scenario():
            print(figure.row(), flush=True)
            figures.append(figure)
    await close_connections()
    return all(figure.is_good for figure in figures)


def main() -> int:
    """Measure; 1 if a figure is beyond its bound."""
    logging.disable()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    print(f"{'what':58} {'measured':>8} {'at most':>8}")
    return 0 if asyncio.run(measure()) else 1


if __name__ == "__main__":
    sys.exit(main())
