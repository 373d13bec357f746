"""Products in the database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.clock import utc_now
from app.core.database import DbSession, begin
from app.core.enums import Currency
from app.core.pagination import Page, PageRequest
from app.crud.base import CRUDBase
from app.models.product import Product


@dataclass(frozen=True)
class ProductFilter:
    """Which products are wanted; None asks for nothing, both prices are included."""

    search: str | None = None
    currency: Currency | None = None
    min_price_cents: int | None = None
    max_price_cents: int | None = None


class CRUDProduct(CRUDBase[Product]):
    """Products, with the stock that orders take from."""

    def __init__(self) -> None:
        """Let lists be ordered by name and by price."""
        super().__init__(Product)
        self.sorts |= {"name", "price_cents"}

    async def list_products(
        self, db: DbSession, page: PageRequest, wanted: ProductFilter
    ) -> Page[Product]:
        """Return one page of the products that pass the filter; the search ignores case."""
        conditions: dict[str, Any] = {}
        if wanted.search is not None:
            conditions["name"] = {"$regex": re.escape(wanted.search), "$options": "i"}
        if wanted.currency is not None:
            conditions["currency"] = wanted.currency.value
        prices = {"$gte": wanted.min_price_cents, "$lte": wanted.max_price_cents}
        if bounds := {name: price for name, price in prices.items() if price is not None}:
            conditions["price_cents"] = bounds
        return await self.list(db, page, conditions)

    async def get_many(self, db: DbSession, ids: Sequence[UUID]) -> dict[UUID, Product]:
        """Return the products with these ids, by id; unknown ids are left out."""
        products = await Product.find({"_id": {"$in": list(ids)}}, session=db).to_list()
        return {product.id: product for product in products}

    async def take_stock(self, db: DbSession, id: UUID, quantity: int) -> bool:
        """Take pieces from the stock; False when too few are left."""
        return await self.add_stock(db, {"_id": id, "stock": {"$gte": quantity}}, -quantity)

    async def return_stock(self, db: DbSession, id: UUID, quantity: int) -> None:
        """Put pieces back; nothing happens when the product is gone."""
        await self.add_stock(db, {"_id": id}, quantity)

    async def add_stock(self, db: DbSession, wanted: dict[str, Any], quantity: int) -> bool:
        """Change the stock of the product that fits; tell whether there is one."""
        change = {"$inc": {"stock": quantity}, "$set": {"updated_at": utc_now()}}
        await begin(db)
        result = await self.collection.update_one(wanted, change, session=db)
        return bool(result.matched_count)

    async def lock(self, db: DbSession, id: UUID) -> bool:
        """Keep a product as it is until the transaction ends; False when there is none."""
        await begin(db)
        # A write is the only lock; whoever else writes the product meanwhile has to begin again.
        lock = {"$inc": {"locks": 1}}
        return bool((await self.collection.update_one({"_id": id}, lock, session=db)).matched_count)

    async def put(self, db: DbSession, obj_in: Mapping[str, Any]) -> None:
        """Insert a product, or change the one with its id.

        One that is as it should be is not written: it would make orders of it begin again.
        """
        await begin(db)
        stored = await self.get(db, obj_in["id"])
        if stored is None:
            await self.create_unless_there(db, {"_id": obj_in["id"]}, obj_in)
        else:
            await self.update(db, stored, obj_in)


product_crud = CRUDProduct()
