"""A supplier of the tests' own: a server that answers as Ozon's seller API, or as it is told to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from app.config import settings
from app.integrations.ozon import PRODUCT_LIST, OzonClient
from app.integrations.upstream import upstream_at
from tests.integration.upstream_cases import PATIENT
from tests.upstream import Line, Received, Step, answers_json, scripted

CUP = {"id": 101, "name": "Cup", "price": "5.0000", "currency_code": "EUR"}
POT = {"id": 102, "name": "Teapot", "price": "19.99", "currency_code": "EUR"}


class Supplier:
    """What it offers, or does instead, and what it was asked."""

    def __init__(self) -> None:
        self.products: list[dict[str, Any]] = []
        self.instead: Step | None = None
        self.requests: list[Received] = []

    def offer(self, *products: dict[str, Any]) -> None:
        """Have these products from now on, and answer."""
        self.products, self.instead = list(products), None

    async def answer(self, line: Line) -> None:
        """Answer one request."""
        self.requests.append(line.request)
        step = self.instead or answers_json(self.told(line.request))
        await step(line)

    def told(self, request: Received) -> dict[str, Any]:
        """Return what Ozon would say."""
        wanted = request.json()
        if request.path != PRODUCT_LIST:
            ids = set(wanted["product_id"])
            return {"items": [each for each in self.products if str(each["id"]) in ids]}
        begin = int(wanted["last_id"] or 0)
        page = self.products[begin : begin + wanted["limit"]]
        # Behind the last page there is one more, which is empty.
        last_id = str(begin + len(page)) if page else ""
        items = [{"product_id": each["id"], "offer_id": "ours"} for each in page]
        return {"result": {"items": items, "total": len(self.products), "last_id": last_id}}


@asynccontextmanager
async def serving(supplier: Supplier, patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Serve in the place of the settings' supplier, whose clients are patient."""
    async with scripted(supplier.answer) as server:
        patch.setattr(settings, "ozon_url", server.address)
        patch.setattr(settings, "ozon_client_id", "4711")
        patch.setattr(settings, "ozon_api_key", SecretStr("s3cret"))
        patch.setattr(OzonClient, "policy", PATIENT)
        upstream_at.cache_clear()
        yield
