"""A short form of `make fuzz`, from a seed that stays the same."""

import asyncio
import os

from dev.fuzz import CALLERS, fuzz
from tests.server import running_server

OPTIONS = ("--seed", "1", "--phases", "fuzzing", "--max-examples", "2", "--no-shrink")

SERVICE = {"ENVIRONMENT": "test", "DOCS_ENABLED": "true"}


async def test_schemathesis_finds_nothing_in_the_running_service(committed: None) -> None:
    async with running_server("--no-access-log", **SERVICE) as server:
        outcome = await asyncio.to_thread(
            fuzz, server.address, dict(os.environ), *OPTIONS, callers=",".join(CALLERS)
        )

    assert outcome.found_nothing, outcome.output
    assert outcome.cases >= 80
    assert outcome.tally["let in"] > 15
