"""Scenarios that need a Redis of their own: each is played in a process of its own."""

import asyncio
import os
import signal
import sys

from dev.valkey import HOST, free_port
from tests.process import PROJECT

TIMEOUT_SECONDS = 240


async def play(*names: str) -> tuple[int | None, str]:
    """Play the short form of scenarios; return the exit status, and the table that was printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dev.chaos.run", "--short", *names),
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
    return process.returncode, output.decode()
