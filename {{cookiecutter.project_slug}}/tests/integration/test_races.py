"""Requests at the same moment, with real commits."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from app.services.order_service import Item
from tests.factories import PASSWORD, Caller, make_caller, make_product
from tests.integration.calls import order_of, place_order, stock_of


async def test_of_two_hundred_buyers_of_fifty_pieces_exactly_fifty_get_one(
    committing_client: AsyncClient,
) -> None:
    product = await make_product(stock=50)
    buyers = [await make_caller() for _ in range(200)]

    responses = await asyncio.gather(
        *(place_order(committing_client, buyer, order_of(product)) for buyer in buyers)
    )

    statuses = Counter(response.status_code for response in responses)
    assert statuses == {201: 50, 409: 150}
    assert await stock_of(committing_client, product) == 0
