"""A customer's day, told to a real server process."""

import json
import signal
from typing import Any

from httpx2 import AsyncClient, Response

from app.config import settings
from app.models.product import Product
from tests.factories import PASSWORD, make_product
from tests.integration.calls import LINK_TOKEN
from tests.server import running_server
from tests.smtp import Mailbox, mail_server

ANN = {"email": "ann@example.com", "password": PASSWORD, "full_name": "Ann Lee"}
LOGIN = {"username": ANN["email"], "password": PASSWORD}
CONFIRMING = {
    "VERIFIED_EMAIL_REQUIRED": "true",
    "SMTP_HOST": "127.0.0.1",
    "SMTP_START_TLS": "false",
}


def accepted(response: Response) -> dict[str, Any]:
    assert response.is_success, response.text
    body: dict[str, Any] = response.json()
    return body


async def register(client: AsyncClient, mailbox: Mailbox) -> str:
    """Open an account and confirm its address; return the token that came by mail."""
    accepted(await client.post("/users/register", json=ANN))
    assert (await client.post("/auth/token", data=LOGIN)).status_code == 401
    token = LINK_TOKEN.findall(await mailbox.next_text())[0]
    assert (await client.post("/auth/verify-email", json={"token": token})).status_code == 204
    return str(token)


async def log_in(client: AsyncClient) -> str:
    token: str = accepted(await client.post("/auth/token", data=LOGIN))["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    account = accepted(await client.get("/users/me"))
    assert (account["email"], account["email_verified"]) == (ANN["email"], True)
    return token


async def order_pay_and_cancel(client: AsyncClient, product: Product) -> None:
    url = f"/products/{product.id}"
    body = {"lines": [{"product_id": str(product.id), "quantity": 3}]}
    order = accepted(
        await client.post("/orders/", json=body, headers={"Idempotency-Key": "order-1"})
    )
    assert (order["status"], order["total_cents"], order["currency"]) == ("pending", 5997, "EUR")
    assert accepted(await client.get(url))["stock"] == 7

    order = accepted(await client.post(f"/orders/{order['id']}/pay"))
    assert order["status"] == "paid"

    order = accepted(await client.post(f"/orders/{order['id']}/cancel"))
    assert order["status"] == "cancelled"
    assert accepted(await client.get(url))["stock"] == 10
    assert accepted(await client.get("/orders/"))["items"] == [order]


async def log_out(client: AsyncClient) -> None:
    assert (await client.post("/auth/logout")).status_code == 204
    assert (await client.get("/users/me")).status_code == 401


def check_log(text: str, *secrets: str) -> None:
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert "Application shutdown complete." in events
    assert not any(secret in text for secret in secrets)


async def test_a_customer_registers_logs_in_orders_pays_cancels_and_logs_out(
    committed: None,
) -> None:
    product = await make_product(name="Teapot", price_cents=1999, stock=10)

    mailbox = Mailbox()

    async with (
        mail_server(mailbox),
        running_server(**CONFIRMING, SMTP_PORT=str(settings.smtp_port)) as server,
        AsyncClient(base_url=server.address) as client,
    ):
        accepted(await client.get("/readyz"))
        assert (await client.get("/docs")).status_code == 404
        mail_token = await register(client, mailbox)
        token = await log_in(client)
        await order_pay_and_cancel(client, product)
        await log_out(client)
        exit_status = await server.stop()
        check_log(server.read_log(), PASSWORD, mail_token, token)

    # uvicorn shuts down in order and then ends by the very signal that it was sent.
    assert exit_status == -signal.SIGTERM
