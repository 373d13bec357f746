"""Mails to all users, through a real mail server: each has one, whatever happens meanwhile."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient

from app.config import settings
from app.core.enums import JobStatus, Role
from app.core.exceptions import DatabaseUnavailableError
from app.models.job import Job
from app.models.user import User
from app.services.job_service import ended, job_service
from app.tasks import emails
from app.tasks.run import Run
from tests.factories import change_user, make_caller, make_job, make_user, read_job, unit_of_work
from tests.integration.calls import notify_all
from tests.integration.job_functions import move, run_now
from tests.integration.messages import Message
from tests.smtp import Mailbox, mail_server

pytestmark = pytest.mark.usefixtures("committed")

NOTE = {"subject": "Sale", "text": "One.\n\nTwo."}


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server that takes what it gets."""
    mailbox = Mailbox()
    async with mail_server(mailbox):
        yield mailbox


async def make_users(number: int) -> list[User]:
    """Make users in the order of their ids."""
    return [await make_user() for _ in range(number)]


async def make_announcement() -> Job:
    """Make a job that writes to all users."""
    return await make_job(name="send_bulk_emails", arguments=NOTE)


def addressees(mailbox: Mailbox) -> list[str]:
    """Return to whom the mails went, in their order."""
    return [str(mail["To"]) for mail in mailbox.mails]


async def test_everybody_who_can_be_written_to_has_one_mail(
    committing_client: AsyncClient, messages: list[Message], mailbox: Mailbox
) -> None:
    admin = await make_caller(Role.ADMIN)
    users = await make_users(4)
    await change_user(users[1], is_active=False)
    await change_user(users[2], email_verified=False)

    answer = await notify_all(committing_client, admin, key="k1", text="Tea.\n\nPots.")
    await run_now(await read_job_of(messages))
    path = f"/jobs/{answer.json()['id']}"
    job = (await committing_client.get(path, headers=admin.headers)).json()

    assert addressees(mailbox) == [admin.user.email, users[0].email, users[3].email]
    assert (job["status"], job["progress"]) == ("done", 100)
    assert job["result"] == {"counts": {"sent": 3, "refused": 0}, "files": []}
    text = mailbox.mails[0].get_body(["plain"])
    assert mailbox.mails[0]["Subject"] == "Sale"
    assert text is not None
    assert text.get_content().splitlines()[:3] == ["Tea.", "", "Pots."]


async def read_job_of(messages: list[Message]) -> Job:
    """Return the job that the one message is about."""
    (message,) = messages
    async with unit_of_work() as db:
        return await job_service.find_job(db, message.job_id)


async def test_an_address_that_is_refused_for_good_is_counted_and_left_out(
    mailbox: Mailbox,
) -> None:
    first, unknown, last = await make_users(3)
    mailbox.refused[unknown.email] = "550 No such user here"

    done = await run_now(await make_announcement())

    assert addressees(mailbox) == [first.email, last.email]
    assert (done.status, done.attempt) == (JobStatus.DONE, 1)
    assert done.result == {"counts": {"sent": 2, "refused": 1}, "files": []}


@pytest.mark.parametrize("place", ["address", "mail"])
async def test_after_a_failure_that_may_pass_it_goes_on_behind_those_who_have_it(
    mailbox: Mailbox, place: str
) -> None:
    users = await make_users(4)
    mailbox.refused[users[2].email] = "451 Try again later"
    job = await make_announcement()

    failed = await run_now(job)
    mailbox.refused.clear()
    mailbox.refusal = "451 Try again later" if place == "mail" else None
    again = await run_now(job) if place == "mail" else failed
    mailbox.refusal = None
    done = await run_now(job)

    assert (failed.status, failed.progress) == (JobStatus.RETRYING, 50)
    assert again.status == JobStatus.RETRYING
    assert done.status == JobStatus.DONE
    assert done.result == {"counts": {"sent": 4, "refused": 0}, "files": []}
    assert addressees(mailbox) == [user.email for user in users]


async def test_while_the_mail_server_is_away_the_job_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await make_users(1)
    monkeypatch.setattr(settings, "smtp_host", "127.0.0.1")
    monkeypatch.setattr(settings, "smtp_port", 9)

    failed = await run_now(await make_announcement())

    assert failed.status == JobStatus.RETRYING


async def test_a_mail_that_went_out_and_was_not_noted_is_sent_again_under_the_same_id(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = await make_users(3)
    job, checkpoint = await make_announcement(), Run.checkpoint
    count = 0

    async def fail_once(run: Run, progress: int, **state: object) -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise DatabaseUnavailableError
        await checkpoint(run, progress, **state)

    monkeypatch.setattr(Run, "checkpoint", fail_once)

    failed, done = await run_now(job), await run_now(job)

    first, second, twin, third = addressees(mailbox)
    ids = [mail["Message-ID"] for mail in mailbox.mails]
    assert (failed.status, done.status) == (JobStatus.RETRYING, JobStatus.DONE)
    assert [first, second, third] == [user.email for user in users]
    assert second == twin
    assert ids[1] == ids[2]
    assert len(set(ids)) == 3


async def test_mails_of_two_jobs_are_different_ones(mailbox: Mailbox) -> None:
    await make_users(2)

    for _ in range(2):
        await run_now(await make_announcement())

    ids = [mail["Message-ID"] for mail in mailbox.mails]
    assert len(set(ids)) == len(ids) == 4
    assert all(name.startswith("<") and name.endswith("@example.com>") for name in ids)


@pytest.mark.parametrize(("users", "runs"), [(5, 3), (4, 3), (1, 1), (0, 1)])
async def test_it_makes_room_for_other_jobs_after_so_many_mails(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, users: int, runs: int
) -> None:
    monkeypatch.setattr(emails, "MAILS_A_RUN", 2)
    recipients = await make_users(users)
    job = await make_announcement()

    seen = [await run_now(job) for _ in range(runs)]

    assert [found.status for found in seen[:-1]] == [JobStatus.QUEUED] * (runs - 1)
    assert {found.attempt for found in seen[:-1]} <= {0}
    assert (seen[-1].status, seen[-1].attempt) == (JobStatus.DONE, 1)
    assert [found.progress for found in seen] == sorted(found.progress for found in seen)
    assert addressees(mailbox) == [user.email for user in recipients]


async def test_after_it_was_cancelled_nobody_else_has_a_mail(mailbox: Mailbox) -> None:
    users = await make_users(3)
    job = await make_announcement()

    class Cancelling(Mailbox):
        """Cancel the job when its first mail comes."""

        async def handle_DATA(self, *arguments: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
            await move(job, **ended(JobStatus.CANCELLED))
            return await super().handle_DATA(*arguments)

    cancelling = Cancelling()
    async with mail_server(cancelling):
        await run_now(job)

    assert addressees(cancelling) == [users[0].email]
    assert (await read_job(job)).status == JobStatus.CANCELLED
