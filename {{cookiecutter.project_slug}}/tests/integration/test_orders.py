"""Orders through the API."""

from httpx2 import AsyncClient

from tests.factories import Caller, make_product


async def test_placing_an_order_takes_its_pieces_from_the_stock(
    client: AsyncClient, customer: Caller
) -> None:
    product = await make_product(stock=10)

    response = await client.post(
        "/orders/",
        headers=customer.headers | {"Idempotency-Key": "k1"},
        json={"lines": [{"product_id": str(product.id), "quantity": 3}]},
    )

    assert response.status_code == 201, response.text
    assert response.json()["total_cents"] == 3 * 1999
    left = await client.get(f"/products/{product.id}")
    assert left.json()["stock"] == 7
