"""Fixtures for the tests of the API."""

import pytest
from httpx2 import AsyncClient

from app.integrations.mail import Mail, mail_client
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
