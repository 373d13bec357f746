"""A short form of `make fuzz`, from a seed that stays the same."""

import asyncio
import os

import pytest

from dev.fuzz import CALLERS, fuzz
from tests.server import Server

OPTIONS = ("--seed", "1", "--phases", "fuzzing", "--max-examples", "2", "--no-shrink")


@pytest.mark.usefixtures("committed")
async def test_schemathesis_finds_nothing_in_the_running_service(server: Server) -> None:
    outcome = await asyncio.to_thread(
        fuzz, server.address, dict(os.environ), *OPTIONS, callers=",".join(CALLERS)
    )

    assert outcome.found_nothing, outcome.output
    assert outcome.cases >= 80
    assert outcome.tally["let in"] > 15
