"""`make slow`: how long answers take that must not tell whether an address has an account."""

import random
import time
from statistics import median
from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.integration.strangers import KINDS, make_address, requests_about
from tests.server import running_server

ROUNDS = 40
# Over a network nobody can tell a smaller difference with a bearable number of tries.
BOUND_SECONDS = 0.010
BOUND_SHARE = 0.05


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Take the place of the fixture of the other tests: here hashes have to cost what they do."""


async def measure(client: AsyncClient, call: str) -> dict[str, float]:
    """Return the median in seconds for each kind of address; the kinds take turns."""
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(ROUNDS):
        for kind in random.sample(KINDS, len(KINDS)):
            request: dict[str, Any] = requests_about(await make_address(kind))[call]
            begin = time.perf_counter()
            await client.post(**request)
            seconds[kind].append(time.perf_counter() - begin)
    return {kind: median(values) for kind, values in seconds.items()}


@pytest.mark.parametrize("call", ["login", "registration", "recovery", "verification"])
async def test_answers_take_as_long_whoever_has_the_address(
    committed: None, capsys: pytest.CaptureFixture[str], call: str
) -> None:
    async with (
        running_server() as server,
        AsyncClient(base_url=server.address) as client,
    ):
        medians = await measure(client, call)

    spread = max(medians.values()) - min(medians.values())
    shown = "  ".join(f"{kind} {value * 1000:.1f} ms" for kind, value in medians.items())
    with capsys.disabled():
        print(f"\n{call}: {shown}  spread {spread * 1000:.1f} ms")  # noqa: T201 - the result
    assert spread < max(BOUND_SECONDS, BOUND_SHARE * min(medians.values()))
