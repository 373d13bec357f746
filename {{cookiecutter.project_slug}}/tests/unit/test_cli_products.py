"""The command that brings the catalogue up to date."""

import pytest
from httpx2 import AsyncClient

from app.integrations.connections import clients
from tests.integration.supplier import CUP, POT, Supplier, serving
from tests.process import run_python
from tests.unit.test_cli import type_in


async def test_what_the_supplier_offers_is_on_sale_after_the_command(
    committing_client: AsyncClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    supplier = Supplier()
    supplier.offer(CUP, POT)

    async with serving(supplier, monkeypatch):
        await type_in("sync-products")
        left_open = clients.take()

    printed = capsys.readouterr().out.splitlines()[-1]
    products = (await committing_client.get("/products/")).json()["items"]
    assert left_open is None
    assert printed == "2 products are as the supplier offers them."
    assert {each["name"]: each["price_cents"] for each in products} == {"Cup": 500, "Teapot": 1999}


def test_without_an_account_the_command_says_in_one_line_what_is_missing() -> None:
    done = run_python("-m", "app.cli", "sync-products")

    assert done.returncode == 1
    assert done.stderr == "OZON_URL, OZON_CLIENT_ID and OZON_API_KEY are not set.\n"
