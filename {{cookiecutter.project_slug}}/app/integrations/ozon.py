"""The supplier's catalogue, by the seller API of Ozon."""

from collections.abc import Sequence
from typing import Annotated

from httpx2 import AsyncClient, HTTPError
from pydantic import BaseModel, Field, ValidationError

from app.config import settings
from app.core.enums import Currency
from app.core.exceptions import UpstreamError

TIMEOUT_SECONDS = 5


class SuppliedProduct(BaseModel, frozen=True):
    """A product as the supplier offers it; the price is in the smallest unit of its currency."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1F\x7F]*$")]
    price_cents: Annotated[int, Field(ge=0, le=100_000_000_000)]
    currency: Currency


class Answer(BaseModel):
    """The part of an answer that is read here."""

    items: list[SuppliedProduct]


class OzonClient:
    """Ask the supplier."""

    async def get_products(self) -> Sequence[SuppliedProduct]:
        """Return all products.

        Raises:
            UpstreamError: it did not answer, or not with products.
        """
        key = settings.ozon_api_key
        headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
        try:
            async with AsyncClient(timeout=TIMEOUT_SECONDS, headers=headers) as client:
                response = await client.post(f"{settings.ozon_url}/v2/product/list", json={})
                response.raise_for_status()
                return Answer.model_validate_json(response.content).items
        except (HTTPError, ValidationError) as error:
            raise UpstreamError from error


ozon_client = OzonClient()
