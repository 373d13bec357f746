"""Fixtures for the tests of the API."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from app.config import settings
from app.core import queue
from app.integrations.mail import Mail, mail_client
from tests.integration.job_functions import Define, defining
from tests.integration.messages import Message
from tests.integration.names import Names, taking_over
from tests.integration.receiver import HOST, Receiver, receiving
from tests.integration.senders import SOURCES
from tests.integration.world import World, make_world


@pytest.fixture
async def world(client: AsyncClient) -> World:
    """Make something to work on for every operation."""
    return await make_world()


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> list[Mail]:
    """Stand in for the mail server; holds the mails that went out."""
    sent: list[Mail] = []

    async def send(mail: Mail) -> None:
        sent.append(mail)

    monkeypatch.setattr(mail_client, "send", send)
    return sent


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """Stand in for the queue; holds what was put into it."""
    put: list[Message] = []

    async def enqueue(job: str, job_id: UUID, message: str) -> None:
        put.append(Message(job, job_id, message))

    monkeypatch.setattr(queue, "enqueue", enqueue)
    return put


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Stand in for the resolver; knows no names yet."""
    return taking_over(monkeypatch)


@pytest.fixture
async def receiver(names: Names, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    """Run a client's receiver on this machine, which callbacks may reach, without encryption."""
    monkeypatch.setattr(settings, "callback_allowed_networks", [ip_network("127.0.0.1")])
    monkeypatch.setattr(settings, "callback_http_allowed", True)
    names.say(HOST, ["127.0.0.1"])
    async with receiving(Receiver()) as receiver:
        yield receiver


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know two senders of webhooks, one of each scheme."""
    monkeypatch.setattr(settings, "webhook_secrets", SOURCES)


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch) -> Define:
    """Make a job of a test's own function."""
    return defining(monkeypatch)


@pytest.fixture
def beating(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let workers say so often that they live that nobody waits for it; return how often."""
    monkeypatch.setattr("app.tasks.runner.BEAT_SECONDS", 0.05)
    return 0.05


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers never say that they live."""
    monkeypatch.setattr("app.tasks.runner.BEAT_SECONDS", 3_600)
