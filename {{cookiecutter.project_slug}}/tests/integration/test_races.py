"""Requests at the same moment, with real commits."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterable

import pytest
from httpx2 import AsyncClient, Response

from app.integrations.mail import Mail
from tests.factories import PASSWORD, make_caller, make_order, make_product
from tests.integration.calls import order_of, place_order, stock_of


async def at_once(requests: Iterable[Awaitable[Response]]) -> list[Response]:
    """Send all requests before the first answer comes."""
    return await asyncio.gather(*requests)


def statuses(responses: Iterable[Response]) -> dict[int, int]:
    return Counter(response.status_code for response in responses)


async def test_of_two_hundred_buyers_of_fifty_pieces_exactly_fifty_get_one(
    committing_client: AsyncClient, uncovered: None
) -> None:
    product = await make_product(stock=50)
    buyers = await asyncio.gather(*(make_caller() for _ in range(200)))

    responses = await at_once(
        place_order(committing_client, buyer, order_of(product)) for buyer in buyers
    )

    assert statuses(responses) == {201: 50, 409: 150}
    assert await stock_of(committing_client, product) == 0


async def test_one_idempotency_key_twenty_times_at_once_places_one_order(
    committing_client: AsyncClient,
) -> None:
    product = await make_product(stock=1)
    buyer = await make_caller()

    responses = await at_once(
        place_order(committing_client, buyer, order_of(product), "one-key") for _ in range(20)
    )

    assert statuses(responses) == {201: 20}
    assert len({response.content for response in responses}) == 1
    assert await stock_of(committing_client, product) == 0


async def test_orders_of_the_same_products_in_opposite_order_do_not_wait_for_each_other_forever(
    committing_client: AsyncClient, uncovered: None
) -> None:
    products = [await make_product(stock=20) for _ in range(5)]
    there, back = order_of(*products), order_of(*reversed(products))
    buyer = await make_caller()

    responses = await at_once(
        place_order(committing_client, buyer, body) for body in [there, back] * 10
    )

    assert statuses(responses) == {201: 20}
    assert [await stock_of(committing_client, product) for product in products] == [0] * 5


async def test_ten_cancellations_at_once_put_the_pieces_back_once(
    committing_client: AsyncClient,
) -> None:
    product = await make_product(stock=10)
    buyer = await make_caller()
    order = await make_order(buyer.user, product, quantity=3)

    responses = await at_once(
        committing_client.post(f"/orders/{order.id}/cancel", headers=buyer.headers)
        for _ in range(10)
    )

    assert statuses(responses) == {200: 10}
    assert await stock_of(committing_client, product) == 10


async def test_of_two_registrations_at_once_the_loser_gets_the_answer_of_any_second_one(
    committing_client: AsyncClient, outbox: list[Mail]
) -> None:
    body = {"email": "ann@example.com", "password": PASSWORD}
    headers = {"X-Request-ID": "same-every-time"}

    responses = await at_once(
        committing_client.post("/users/register", json=body, headers=headers) for _ in range(2)
    )

    later = await committing_client.post("/users/register", json=body, headers=headers)
    assert statuses(responses) == {202: 2}
    assert {response.content for response in responses} == {later.content}
    subjects = [mail.subject for mail in outbox]
    assert len(subjects) == 3
    assert len(set(subjects)) == 2


@pytest.mark.parametrize("_round", range(3))
async def test_of_twenty_refreshes_with_one_token_at_once_one_succeeds_and_one_leaves_an_event(
    committing_client: AsyncClient, caplog: pytest.LogCaptureFixture, uncovered: None, _round: int
) -> None:
    caller = await make_caller()

    def refresh(refresh_token: str) -> Awaitable[Response]:
        body = {"refresh_token": refresh_token}
        return committing_client.post("/auth/refresh", json=body)

    responses = await at_once(refresh(caller.tokens.refresh_token) for _ in range(20))

    assert statuses(responses) == {200: 1, 401: 19}
    assert caplog.text.count("refresh token reused") == 1
    (winner,) = [response for response in responses if response.status_code == 200]
    # Whoever came second may be a thief, so the session is over for both.
    assert (await refresh(winner.json()["refresh_token"])).status_code == 401
