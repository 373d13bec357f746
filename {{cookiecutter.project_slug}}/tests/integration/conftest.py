"""Fixtures for the tests of the API."""

import pytest
from httpx2 import AsyncClient

from tests.integration.world import World, make_world


@pytest.fixture
async def world(client: AsyncClient) -> World:
    """Make something to work on for every operation."""
    return await make_world()
