"""The catalogue: what everyone sees, and what managers keep."""

import pytest
from httpx2 import AsyncClient

from app.core.ids import new_id
from tests.factories import Caller, make_product

READABLE = {
    "id",
    "name",
    "description",
    "price_cents",
    "currency",
    "stock",
    "created_at",
    "updated_at",
}
KETTLE = {"name": " Kettle ", "price_cents": 4_250, "currency": "CHF"}


async def test_manager_puts_a_product_on_sale_for_everyone(
    client: AsyncClient, manager: Caller
) -> None:
    response = await client.post("/products/", headers=manager.headers, json=KETTLE)

    assert response.status_code == 201
    product = response.json()
    assert set(product) == READABLE
    assert product["name"] == "Kettle"
    assert (product["price_cents"], product["currency"]) == (4_250, "CHF")
    assert (product["description"], product["stock"]) == ("", 0)
    assert (await client.get(f"/products/{product['id']}")).json() == product
    assert (await client.get("/products/")).json()["items"] == [product]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "   "},
        {"price_cents": -1},
        {"price_cents": 42.5},
        {"price_cents": "4250"},
        {"price_cents": 100_000_000_001},
        {"currency": "XXX"},
        {"currency": "chf"},
        {"stock": -1},
        {"stock": True},
        {"id": "01a20d87-79e6-7001-9143-25a3f12355ed"},
    ],
    ids=str,
)
async def test_product_with_a_field_that_does_not_fit_is_422(
    client: AsyncClient, manager: Caller, fields: dict[str, object]
) -> None:
    response = await client.post("/products/", headers=manager.headers, json=KETTLE | fields)

    assert response.status_code == 422
    assert {error["field"].split(".")[0] for error in response.json()["errors"]} == {"body"}


async def test_largest_price_and_stock_arrive_exactly(client: AsyncClient, manager: Caller) -> None:
    body = KETTLE | {"price_cents": 100_000_000_000, "stock": 1_000_000_000}

    response = await client.post("/products/", headers=manager.headers, json=body)

    product = (await client.get(f"/products/{response.json()['id']}")).json()
    assert product["price_cents"] == 100_000_000_000
    assert product["stock"] == 1_000_000_000


async def test_manager_changes_only_the_fields_that_were_sent(
    client: AsyncClient, manager: Caller
) -> None:
    product = await make_product(name="Teapot", description="Holds a litre.", stock=5)

    response = await client.patch(
        f"/products/{product.id}", headers=manager.headers, json={"price_cents": 2_500}
    )

    assert response.status_code == 200
    changed = response.json()
    assert changed["price_cents"] == 2_500
    assert changed["name"] == "Teapot"
    assert changed["description"] == "Holds a litre."
    assert changed["stock"] == 5
    assert changed["updated_at"] > changed["created_at"]
    assert (await client.get(f"/products/{product.id}")).json() == changed


async def test_patch_of_a_product_without_fields_changes_nothing(
    client: AsyncClient, manager: Caller
) -> None:
    product = await make_product()
    before = (await client.get(f"/products/{product.id}")).json()

    response = await client.patch(f"/products/{product.id}", headers=manager.headers, json={})

    assert response.status_code == 200
    assert response.json() == before


@pytest.mark.parametrize("field", ["name", "description", "price_cents", "currency", "stock", "id"])
async def test_patch_of_a_product_with_null_or_an_unknown_field_is_422(
    client: AsyncClient, manager: Caller, field: str
) -> None:
    product = await make_product()

    response = await client.patch(
        f"/products/{product.id}", headers=manager.headers, json={field: None}
    )

    assert response.status_code == 422


async def test_removed_product_is_gone(client: AsyncClient, manager: Caller) -> None:
    product = await make_product()

    response = await client.delete(f"/products/{product.id}", headers=manager.headers)

    assert response.status_code == 204
    assert (await client.get(f"/products/{product.id}")).status_code == 404
    again = await client.delete(f"/products/{product.id}", headers=manager.headers)
    assert again.json()["code"] == "product_not_found"


async def test_unknown_product_is_404(client: AsyncClient, manager: Caller) -> None:
    url = f"/products/{new_id()}"

    shown = await client.get(url)
    changed = await client.patch(url, headers=manager.headers, json={"stock": 1})

    assert [shown.status_code, changed.status_code] == [404, 404]
    assert shown.json()["code"] == changed.json()["code"] == "product_not_found"
