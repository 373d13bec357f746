"""The supplier's catalogue, by the seller API of Ozon."""

from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import uuid4

from pydantic import BaseModel, Field

from app.config import settings
from app.core.enums import Currency
from app.core.integration_errors import NotConfiguredError, UpstreamError
from app.integrations.base import BaseClient

# The list names products; what each is called and costs is asked for by these names.
PRODUCT_LIST = "/v2/product/list"
PRODUCT_INFO = "/v3/product/info/list"

# Ozon takes up to 1,000; the descriptions of so many could be longer than a client reads.
PRODUCTS_A_PAGE = 500
# A catalogue that goes on behind these is taken for one without an end.
MOST_PAGES = 200

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1F\x7F]*$")]


class SuppliedProduct(BaseModel, frozen=True):
    """A product as the supplier offers it; the price is in the smallest unit of its currency."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    name: Name
    price_cents: Annotated[int, Field(ge=0, le=100_000_000_000)]
    currency: Currency


class Listed(BaseModel):
    """A product in the list."""

    product_id: Annotated[int, Field(ge=1, lt=2**63)]


class Page(BaseModel):
    """A part of the list; where the next one begins, or an empty text."""

    items: list[Listed]
    last_id: Annotated[str, Field(max_length=1_000)] = ""


class ListAnswer(BaseModel):
    """What is read of the answer to a request for a part of the list."""

    result: Page


class Description(BaseModel):
    """A product with its name and its price; every currency of Ozon's has a hundredth."""

    id: Annotated[int, Field(ge=1, lt=2**63)]
    name: Name
    price: Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=2)]
    currency_code: Currency

    def as_supplied(self) -> SuppliedProduct:
        """Return it in the words of this service."""
        return SuppliedProduct(
            id=str(self.id),
            name=self.name,
            price_cents=int(self.price * 100),
            currency=self.currency_code,
        )


class InfoAnswer(BaseModel):
    """What is read of the answer to a request for descriptions."""

    items: list[Description]


class OzonClient(BaseClient):
    """Ask for products."""

    def __init__(self, base_url: str, client_id: str, api_key: str) -> None:
        """Take the address, and what names and proves the seller."""
        super().__init__(base_url)
        self.headers = {"Client-Id": client_id, "Api-Key": api_key}

    async def get_products(self) -> Sequence[SuppliedProduct]:
        """Return all products.

        Raises:
            UpstreamError: Ozon did not answer, or not with a list of products that ends.
        """
        return [product async for ids in self.list_ids() for product in await self.describe(ids)]

    async def list_ids(self) -> AsyncIterator[Sequence[int]]:
        """Yield the ids of all products, a page at a time; raises as `get_products`."""
        last_id = ""
        seen = {last_id}
        for _ in range(MOST_PAGES):
            page = await self.get_page(last_id)
            if page.items:
                yield [item.product_id for item in page.items]
            last_id = page.last_id
            if not (page.items and last_id):
                return
            if last_id in seen:
                break
            seen.add(last_id)
        raise UpstreamError

    async def get_page(self, last_id: str) -> Page:
        """Return the part of the list behind a product, or the first."""
        wanted = {
            "filter": {"visibility": "ALL"},
            "last_id": last_id,
            "limit": PRODUCTS_A_PAGE,
        }
        answer = await self._fetch(ListAnswer, "POST", PRODUCT_LIST, **read_by_post(wanted))
        return answer.result

    async def describe(self, ids: Sequence[int]) -> Sequence[SuppliedProduct]:
        """Return what products are called and cost."""
        wanted = {"product_id": [str(product_id) for product_id in ids]}
        answer = await self._fetch(InfoAnswer, "POST", PRODUCT_INFO, **read_by_post(wanted))
        return [description.as_supplied() for description in answer.items]


def read_by_post(wanted: Mapping[str, object]) -> dict[str, Any]:
    """Return a request that may be repeated, since it only reads; Ozon ignores the key."""
    return {"json": wanted, "idempotency_key": uuid4().hex}


def ozon_client() -> OzonClient:
    """Return a client for the account of the settings.

    Raises:
        NotConfiguredError: they name none.
    """
    url, client_id, key = settings.ozon_url, settings.ozon_client_id, settings.ozon_api_key
    if url is None or client_id is None or key is None:
        raise NotConfiguredError("OZON_URL, OZON_CLIENT_ID and OZON_API_KEY are not set.")
    return OzonClient(url, client_id, key.get_secret_value())
