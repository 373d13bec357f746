"""Webhooks while things break: no accepted event is lost, and none takes effect twice."""

import asyncio
import os
import signal
import sys

from dev.chaos.run import NAMES
from dev.valkey import HOST, free_port
from tests.process import PROJECT

TIMEOUT_SECONDS = 240
SCENARIOS = [name for name in NAMES if "webhook" in name]


async def test_accepted_events_take_effect_once_whatever_breaks(committed: None) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dev.chaos.run", "--short", *SCENARIOS),
        cwd=PROJECT,
        env=os.environ | {"REDIS_URL": f"redis://{HOST}:{free_port()}/0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        process.send_signal(signal.SIGTERM)
        await process.wait()
        raise

    assert process.returncode == 0, output.decode()
    assert SCENARIOS
