"""Reports whose owners are called, step by step."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from httpx2 import AsyncClient

from app.core.enums import Role
from app.core.jobs import JOBS
from app.models.callback import CallbackDelivery
from app.models.job import Job
from app.services.job_service import job_service
from app.tasks.runner import run_job
from tests.factories import (
    Caller,
    make_callback_secret,
    make_caller,
    read_delivery,
    unit_of_work,
)
from tests.integration.calls import ask_for_report
from tests.integration.job_functions import move, run_now
from tests.integration.messages import Message


@dataclass
class Promise:
    """A callback that is to be sent, its owner, and what the owner's receiver verifies with."""

    owner: Caller
    secret: str
    report: Job
    delivery_id: UUID
    job: Job

    async def send(self) -> CallbackDelivery:
        """Let a worker try once, though the pause may not be over; return how it stands then."""
        self.job = await run_now(self.job)
        return await read_delivery(self.delivery_id)

    async def send_for_the_last_time(self) -> CallbackDelivery:
        """Let a worker make the last try."""
        await move(self.job, attempt=JOBS["deliver_callback"].max_attempts - 1)
        return await self.send()


async def find_job(job_id: UUID) -> Job:
    """Return a job."""
    async with unit_of_work() as db:
        return await job_service.find_job(db, job_id)


async def make_promise(client: AsyncClient, messages: list[Message], url: str) -> Promise:
    """Ask for a report and a call, and let a worker make the report."""
    owner = await make_caller(Role.MANAGER)
    secret = await make_callback_secret(owner.user)
    asked = await ask_for_report(client, owner, callback_url=url)
    assert asked.status_code == 202, asked.text
    report_id = UUID(asked.json()["id"])
    await run_job(report_id)
    job = await find_job(messages[-1].job_id)
    assert job.name == "deliver_callback"
    delivery_id = UUID(job.arguments["delivery_id"])
    return Promise(owner, secret, await find_job(report_id), delivery_id, job)


def tries_of(delivery: CallbackDelivery) -> list[Any]:
    """Return what came of each try: a status, or a word."""
    return [attempt["status"] or attempt["error"] for attempt in delivery.attempts]
