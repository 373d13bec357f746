"""Background jobs while things break: no effect is lost, none happens twice, and all in time."""

import asyncio
import os
import sys

import pytest

from dev.chaos.run import NAMES
from dev.database import MIGRATE_COMMAND, URL_VARIABLE
from tests.environment import new_database
from tests.process import PROJECT

TIMEOUT_SECONDS = 240


async def run_module(*arguments: str, **environment: str) -> tuple[int | None, str]:
    """Run a module to its end; return its exit status and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        cwd=PROJECT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(TIMEOUT_SECONDS):
        output, _ = await process.communicate()
    return process.returncode, output.decode()


@pytest.mark.parametrize("scenario", NAMES)
async def test_every_effect_happens_once_whatever_breaks(scenario: str) -> None:
    async with new_database() as url:
        environment = {URL_VARIABLE: url}
        migrated, log = await run_module(*MIGRATE_COMMAND, **environment)
        assert migrated == 0, log

        status, table = await run_module("dev.chaos.run", "--short", scenario, **environment)

    assert status == 0, table
    assert table.splitlines()[-1].endswith(" good"), table
