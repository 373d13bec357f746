"""Webhooks that come again and again, or faster than anybody handles them."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from uuid import uuid4

from httpx2 import AsyncClient, Limits, TransportError

from app.core.database import in_transaction
from app.core.enums import WebhookStatus
from app.core.pagination import PageRequest
from app.core.webhook_signatures import new_secret, read_secret, sign
from app.crud.product import product_crud
from app.crud.webhook import webhook_event_crud
from dev.chaos.jobs import PIECE_EVENT
from dev.chaos.outcome import Outcome, Scale
from dev.chaos.processes import SERVICE, WORKING, Command, kept
from dev.chaos.redis_server import RedisServer
from dev.valkey import HOST, free_port

APIS = 4
TIMES = 1_000
AT_ONCE = 50
RATE = 200
WARM_UP = 10
# The 99th of a hundred answers, from the moment at which its request was due.
BOUND_SECONDS = 0.25
PATIENCE_SECONDS = 300
PAUSE_SECONDS = 0.2
ACCEPTED, AGAIN = 202, 503

SOURCE, TYPE = PIECE_EVENT
SECRET = new_secret()
SETTING = json.dumps({SOURCE: {"secrets": [SECRET]}})


class Sender:
    """A service that sends events to several processes of the API in turn."""

    def __init__(self, client: AsyncClient, addresses: Sequence[str]) -> None:
        """Begin with nothing sent."""
        self.client = client
        self.addresses = addresses
        self.sent = 0
        self.answers: Counter[int] = Counter()

    async def send(self, name: str) -> None:
        """Send the event of this name, which makes a product of this name."""
        body = json.dumps({"type": TYPE, "data": {"name": name}}).encode()
        stamp = int(time.time())
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(stamp),
            "webhook-signature": sign(read_secret(SECRET), name, stamp, body),
        }
        # Whoever is told to try again does so, as every sender.
        while await self.post(body, headers) == AGAIN:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(PAUSE_SECONDS)

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        """Post a message to the next process, and return the status of its answer."""
        self.sent += 1
        address = self.addresses[self.sent % len(self.addresses)]
        url = f"{address}/webhooks/{SOURCE}"
        answer = await self.client.post(url, content=body, headers=headers)
        self.answers[answer.status_code] += 1
        return answer.status_code

    async def send_timed(self, name: str, due: float) -> float:
        """Send an event when it is due, and return how long after that the answer came."""
        await asyncio.sleep(due - time.monotonic())
        await self.send(name)
        return time.monotonic() - due

    def faults(self) -> tuple[str, ...]:
        """Name the answers that no sender should get."""
        return tuple(
            f"{count} times {status}"
            for status, count in self.answers.items()
            if status not in {ACCEPTED, AGAIN}
        )


@asynccontextmanager
async def sending(*others: Command) -> AsyncIterator[Sender]:
    """Keep processes of the API running, and others beside them; yield who sends to them."""
    ports = [free_port() for _ in range(APIS)]
    apis = [tuple(str(port) if word == "0" else word for word in SERVICE) for port in ports]
    addresses = [f"http://{HOST}:{port}" for port in ports]
    limits = Limits(max_connections=None, max_keepalive_connections=None)
    async with (
        kept(*apis, *others, WEBHOOK_SECRETS=SETTING),
        AsyncClient(limits=limits, timeout=60) as client,
    ):
        for address in addresses:
            await wait_for(client, f"{address}/readyz")
        yield Sender(client, addresses)


async def wait_for(client: AsyncClient, url: str) -> None:
    """Return when the address answers."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await client.get(url)
            except TransportError:
                await asyncio.sleep(0.05)
            else:
                return


def repeating(server: RedisServer) -> Callable[[Scale], Awaitable[Outcome]]:
    """Make the scenario for a server."""

    async def repeat_webhook(scale: Scale) -> Outcome:
        """Send one event many times, many at once, and empty Redis on the way: one effect."""
        name = f"piece-{uuid4()}"
        rounds = max(2, TIMES * scale.jobs // 1_000 // AT_ONCE)
        async with sending(*WORKING) as sender:
            for number in range(rounds):
                await asyncio.gather(*(sender.send(name) for _ in range(AT_ONCE)))
                if number == rounds // 2 - 1:
                    server.flush()
            await wait_until_handled()
            await asyncio.sleep(1)
        made = (await pieces())[name]
        lost, doubled = 1 - min(1, made), max(1, made) - 1
        return Outcome(sender.answers[ACCEPTED], lost, doubled, faults=sender.faults())

    return repeat_webhook


async def webhooks_while_stopped(scale: Scale) -> Outcome:
    """Send events at a steady rate while no worker runs, then start them: each takes effect."""
    prefix = f"piece-{uuid4()}-"
    number = scale.jobs
    async with sending() as sender:
        warm_up = [f"{prefix}{n}" for n in range(-WARM_UP * APIS, 0)]
        await asyncio.gather(*map(sender.send, warm_up))
        start = time.monotonic() + 1
        due = (sender.send_timed(f"{prefix}{n}", start + n / RATE) for n in range(number))
        seconds = sorted(await asyncio.gather(*due))
    async with kept():
        await wait_until_handled()
    made = Counter({name: n for name, n in (await pieces()).items() if name.startswith(prefix)})
    return Outcome(
        number,
        sender.answers[ACCEPTED] - len(made),
        made.total() - len(made),
        seconds[number * 99 // 100],
        # A test has to pass on a machine that has no time for it.
        BOUND_SECONDS * scale.patience**2,
        sender.faults(),
    )


async def wait_until_handled() -> None:
    """Return when no event waits."""
    count = partial(webhook_event_crud.count, statuses=[WebhookStatus.RECEIVED])
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await in_transaction(count):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.2)


async def pieces() -> Counter[str]:
    """Count the products by name."""
    page = await in_transaction(partial(product_crud.list, page=PageRequest(1_000_000)))
    return Counter(product.name for product in page.items)
