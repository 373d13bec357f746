"""Jobs that are cancelled while they run."""

import asyncio

import pytest

from app.core.enums import JobStatus
from app.services.job_service import ended
from app.tasks.run import Run, RunLostError
from app.tasks.runner import run_job
from tests.factories import read_job
from tests.integration.computing import stay_connected
from tests.integration.job_functions import Define, PassingError, make_gate, move, stock_of

pytestmark = pytest.mark.usefixtures("committed")

SOON_SECONDS = 10


async def test_a_job_that_its_owner_cancels_is_stopped_within_a_beat_and_has_no_effect(
    define: Define, beating: float
) -> None:
    gate = await make_gate()
    job = await define(gate)
    running = await gate.begin(job)

    await move(job, **ended(JobStatus.CANCELLED))

    await asyncio.wait_for(running, SOON_SECONDS)
    stored = await read_job(job)
    assert gate.was_stopped
    assert (stored.status, stored.error, stored.result) == (JobStatus.CANCELLED, None, None)
    assert await stock_of(gate.product) == 0


async def test_a_process_that_computes_for_a_cancelled_job_is_killed(
    define: Define, beating: float
) -> None:
    connected = asyncio.get_running_loop().create_future()
    server = await asyncio.start_server(
        lambda reader, writer: connected.set_result((reader, writer)), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]

    async def compute(run: Run) -> None:
        await run.compute(stay_connected, port)

    job = await define(compute)
    running = asyncio.create_task(run_job(job.id))
    reader, writer = await asyncio.wait_for(connected, SOON_SECONDS)

    await move(job, **ended(JobStatus.CANCELLED))

    await asyncio.wait_for(running, SOON_SECONDS)
    assert (await read_job(job)).status == JobStatus.CANCELLED
    assert await asyncio.wait_for(reader.read(), SOON_SECONDS) == b""
    writer.close()
    server.close()


async def test_what_a_cancelled_job_does_before_its_worker_knows_is_undone(
    define: Define, silent: None
) -> None:
    gate = await make_gate()
    job = await define(gate)
    running = await gate.begin(job)
    await move(job, **ended(JobStatus.CANCELLED))

    gate.may_go_on.set()
    await running

    assert (await read_job(job)).status == JobStatus.CANCELLED
    assert await stock_of(gate.product) == 0


@pytest.mark.parametrize("cut", ["checkpoint", "beat"])
async def test_a_lost_run_can_write_nothing(define: Define, silent: None, cut: str) -> None:
    refused: list[str] = []

    async def write(run: Run) -> None:
        await move(run.job, **ended(JobStatus.CANCELLED))
        try:
            await (run.checkpoint(40) if cut == "checkpoint" else run.beat())
        except RunLostError:
            refused.append(cut)
            raise

    job = await define(write)
    await run_job(job.id)

    assert refused == [cut]
    assert (await read_job(job)).status == JobStatus.CANCELLED
    assert (await read_job(job)).progress == 0


async def test_an_error_of_a_cancelled_job_does_not_bring_it_back(
    define: Define, silent: None
) -> None:
    async def fail(run: Run) -> None:
        await move(run.job, **ended(JobStatus.CANCELLED))
        raise PassingError

    job = await define(fail)
    await run_job(job.id)

    stored = await read_job(job)
    assert (stored.status, stored.error, stored.publish_at) == (JobStatus.CANCELLED, None, None)
