"""Redis is emptied and restarted under background jobs: it is only their messenger."""

import asyncio
import os
import signal
import sys

from dev.valkey import HOST, free_port
from tests.process import PROJECT

TIMEOUT_SECONDS = 240


async def test_every_effect_happens_once_though_redis_forgets_all(committed: None) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dev.chaos.run", "--short", "lose_redis"),
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
