"""What a worker does with the id of a job, whichever queue has brought it."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial
from secrets import SystemRandom
from uuid import UUID

import structlog
from anyio import BrokenWorkerProcess

from app.core.clock import utc_now
from app.core.database import in_transaction
from app.core.enums import JobStatus
from app.core.exceptions import UnavailableError
from app.core.jobs import (
    BEAT_SECONDS,
    JOBS,
    LONGEST_RETRY_SECONDS,
    PAUSE_SPREAD,
    REPUBLISH_SECONDS,
    RETRY_SECONDS,
)
from app.crud.job import Changes, job_crud
from app.models.job import Job
from app.services.job_service import ended
from app.tasks import metrics
from app.tasks.registry import FUNCTIONS
from app.tasks.run import NotDoneYetError, Run, RunLostError, lease_end, storable

log = structlog.get_logger()

# A database that is away, a time limit, a process that was killed while it computed, or before.
ALWAYS_PASSING = (UnavailableError, TimeoutError, BrokenWorkerProcess, ProcessLookupError)


async def run_job(job_id: UUID) -> None:
    """Run a job, unless it has ended or runs elsewhere: messages may come twice, and late."""
    job = await in_transaction(partial(job_crud.claim, id=job_id, lease_end=lease_end()))
    if job is None:
        return
    with structlog.contextvars.bound_contextvars(job_id=str(job.id), job=job.name, **job.context):
        with metrics.SECONDS.labels(job.name).time():
            outcome = await attempt(Run(job))
        metrics.RUNS.labels(job.name, outcome).inc()
        log.info("job ended", outcome=outcome, attempt=job.attempt)


async def attempt(run: Run) -> str:
    """Do the work, write down how it ended, and return that in a word."""
    if run.job.name not in FUNCTIONS:
        # Queued by a newer release: left to its workers, who are about to start.
        await close(run, {**handed_back(run.job), **due_in(REPUBLISH_SECONDS)})
        return "unknown"
    try:
        await work_while_beating(run)
    except RunLostError:
        return "stopped"
    except NotDoneYetError:
        await close(run, {**handed_back(run.job), "attempt": 0})
        return "goes_on"
    except asyncio.CancelledError:
        # The worker stops. What it had begun is begun anew elsewhere, and was no try.
        await asyncio.shield(close(run, handed_back(run.job)))
        metrics.RUNS.labels(run.job.name, "handed_back").inc()
        raise
    except Exception as error:
        changes = after_error(run.job, error)
        log.exception("job failed")
        await close(run, changes)
        return str(changes["status"])
    return "done"


async def work_while_beating(run: Run) -> None:
    """Run the job's function to its end or its time limit, and say all the while that it lives.

    Raises:
        RunLostError: the job was cancelled, or began anew elsewhere; its function was stopped.
    """
    work = asyncio.create_task(work_to_the_end(run))
    beating = asyncio.create_task(beat(run))
    try:
        await asyncio.wait({work, beating}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            await beating
        await work
    finally:
        for task in (beating, work):
            task.cancel()
        await asyncio.gather(beating, work, return_exceptions=True)


async def work_to_the_end(run: Run) -> None:
    """Call the function of the job, and mark the job as done if it has not done so itself."""
    function = FUNCTIONS[run.job.name].function
    async with asyncio.timeout(JOBS[run.job.name].time_limit_seconds):
        await function(run, **run.job.arguments)
        if not run.has_ended:
            await run.finish()


async def beat(run: Run) -> None:
    """Say that the worker lives until the run is lost; a database that is away is waited for."""
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        # The end of a run keeps others away by itself, and a beat would only wait for it.
        if not run.is_ending:
            with suppress(UnavailableError):
                await run.beat()


async def close(run: Run, changes: Changes) -> None:
    """Write down how the run ended; if it was lost meanwhile, that is somebody else's to do."""
    with suppress(RunLostError):
        await run.change(**changes)


def handed_back(job: Job) -> Changes:
    """Return the changes of a job whose worker stops: another one may begin it at once."""
    status = JobStatus.RETRYING if job.attempt > 1 else JobStatus.QUEUED
    return {"status": status, "attempt": job.attempt - 1, **due_in(0)}


def after_error(job: Job, error: Exception) -> Changes:
    """Return the changes of a job that failed: to be tried again if the error may pass, or over."""
    told = {"error": storable(error)}
    may_pass = isinstance(error, (*ALWAYS_PASSING, *FUNCTIONS[job.name].passing))
    if not may_pass or job.attempt >= job.max_attempts:
        return ended(JobStatus.FAILED) | told
    return {"status": JobStatus.RETRYING, **due_in(pause_of(job)), **told}


def due_in(seconds: float) -> Changes:
    """Return the changes that have a relay publish the job after a time."""
    due_at = utc_now() + timedelta(seconds=seconds)
    return {"due_at": due_at, "publish_at": due_at, "publications": 0}


def pause_of(job: Job) -> float:
    """Choose a pause in seconds before the next try: near that of the job's own list, if any."""
    pauses = JOBS[job.name].pauses_seconds
    if not pauses:
        return pause(job.attempt)
    usual = pauses[min(job.attempt, len(pauses)) - 1]
    return usual * SystemRandom().uniform(1 - PAUSE_SPREAD, 1 + PAUSE_SPREAD)


def pause(attempt: int) -> float:
    """Choose a pause in seconds: full jitter, so that those who failed together come back apart."""
    bound = min(LONGEST_RETRY_SECONDS, RETRY_SECONDS * 2**attempt)
    return SystemRandom().uniform(0, bound)
