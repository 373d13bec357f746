"""Requests that several tests make."""

import re
from typing import Any
from uuid import uuid4

from httpx2 import AsyncClient, Response

from app.integrations.mail import Mail
from app.models.product import Product
from tests.factories import Caller
from tests.unit.services.pictures import drawing, encoded

ACCOUNT_FIELDS = {
    "id",
    "email",
    "full_name",
    "role",
    "is_active",
    "email_verified",
    "created_at",
    "updated_at",
}
PNG = encoded(drawing(), "PNG")
LINK_TOKEN = re.compile(r"#token=([\w-]+)")


def token_in(mail: Mail) -> str:
    """Return the token of the link in a mail, which is the same in its text and its HTML."""
    (in_text,), (in_html,) = (LINK_TOKEN.findall(part) for part in (mail.text, mail.html))
    assert in_text == in_html
    return str(in_text)


def order_of(*products: Product, quantity: int = 1) -> dict[str, Any]:
    """Return the body that orders so many pieces of each product."""
    lines = [{"product_id": str(product.id), "quantity": quantity} for product in products]
    return {"lines": lines}


async def place_order(
    client: AsyncClient, caller: Caller, body: dict[str, Any], key: str | None = None
) -> Response:
    """Place an order, under a new idempotency key unless one is given."""
    headers = caller.headers | {"Idempotency-Key": key or uuid4().hex}
    return await client.post("/orders/", headers=headers, json=body)


async def stock_of(client: AsyncClient, product: Product) -> int:
    """Return how many pieces are left, as the catalogue shows it."""
    response = await client.get(f"/products/{product.id}")
    stock: int = response.json()["stock"]
    return stock


async def read_pages(
    client: AsyncClient, path: str, caller: Caller | None = None, **query: Any
) -> list[list[dict[str, Any]]]:
    """Follow the cursors from the first page to the last; return the items of each page."""
    pages: list[list[dict[str, Any]]] = []
    cursors: list[str] = []
    headers = caller.headers if caller else {}
    while len(set(cursors)) == len(cursors):
        response = await client.get(path, params=query, headers=headers)
        assert response.status_code == 200, response.text
        pages.append(response.json()["items"])
        query["cursor"] = response.json()["next_cursor"]
        if query["cursor"] is None:
            return pages
        cursors.append(query["cursor"])
    raise AssertionError("a cursor came twice, so the pages never end")


async def ask_for_report(
    client: AsyncClient,
    caller: Caller,
    *,
    key: str | None = None,
    until: str = "2026-01-31",
    callback_url: str | None = None,
    **headers: str,
) -> Response:
    """Ask for a sales report, under a new idempotency key unless one is given."""
    headers = caller.headers | {"Idempotency-Key": key or uuid4().hex} | headers
    body = {"since": "2026-01-01", "until": until}
    body |= {"callback_url": callback_url} if callback_url else {}
    return await client.post("/reports/sales", headers=headers, json=body)


async def notify_all(
    client: AsyncClient, caller: Caller, *, key: str, text: str = "All teapots are cheaper."
) -> Response:
    """Ask for a mail to all users."""
    headers = caller.headers | {"Idempotency-Key": key}
    return await client.post("/notify-all", headers=headers, json={"subject": "Sale", "text": text})
