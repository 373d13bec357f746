"""`make slow`: a hundred times, twenty holders of one refresh token come at the same moment."""

import asyncio

import pytest
from httpx2 import AsyncClient

from tests.factories import make_caller

ROUNDS, HOLDERS = 100, 20


async def test_in_each_of_a_hundred_rounds_one_of_twenty_refreshes_succeeds(
    committing_client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(ROUNDS):
        token = {"refresh_token": (await make_caller()).tokens.refresh_token}
        caplog.clear()

        answers = await asyncio.gather(
            *(committing_client.post("/auth/refresh", json=token) for _ in range(HOLDERS))
        )

        statuses = sorted(answer.status_code for answer in answers)
        assert statuses == [200, *[401] * (HOLDERS - 1)]
        assert caplog.text.count("refresh token reused") == 1
