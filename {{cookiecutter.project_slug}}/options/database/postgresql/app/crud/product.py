"""Products in the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import utc_now
from app.core.database import DbSession
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
        self.sorts |= {"name": Product.name, "price_cents": Product.price_cents}

    async def list_products(
        self, db: DbSession, page: PageRequest, wanted: ProductFilter
    ) -> Page[Product]:
        """Return one page of the products that pass the filter; the search ignores case."""
        filters: list[ColumnElement[bool]] = []
        if wanted.search is not None:
            filters.append(Product.name.icontains(wanted.search, autoescape=True))
        if wanted.currency is not None:
            filters.append(Product.currency == wanted.currency)
        if wanted.min_price_cents is not None:
            filters.append(Product.price_cents >= wanted.min_price_cents)
        if wanted.max_price_cents is not None:
            filters.append(Product.price_cents <= wanted.max_price_cents)
        return await self.list(db, page, *filters)

    async def get_many(self, db: DbSession, ids: Sequence[UUID]) -> dict[UUID, Product]:
        """Return the products with these ids, by id; unknown ids are left out."""
        products = await db.scalars(select(Product).where(Product.id.in_(ids)))
        return {product.id: product for product in products}

    async def take_stock(self, db: DbSession, id: UUID, quantity: int) -> bool:
        """Take pieces from the stock; False when too few are left.

        Locks the product until the transaction ends: take several in the order of their ids.
        """
        taken = await db.scalar(
            update(Product)
            .where(Product.id == id, Product.stock >= quantity)
            .values(stock=Product.stock - quantity)
            .returning(Product.id)
            .execution_options(synchronize_session=False)
        )
        return taken is not None

    async def return_stock(self, db: DbSession, id: UUID, quantity: int) -> None:
        """Put pieces back; nothing happens when the product is gone. Locks as `take_stock`."""
        await db.execute(
            update(Product)
            .where(Product.id == id)
            .values(stock=Product.stock + quantity)
            .execution_options(synchronize_session=False)
        )

    async def lock(self, db: DbSession, id: UUID) -> bool:
        """Keep a product as it is until the transaction ends; False when there is none."""
        row = select(Product.id).where(Product.id == id).with_for_update(read=True)
        return await db.scalar(row) is not None

    async def put(self, db: DbSession, obj_in: Mapping[str, Any]) -> None:
        """Insert a product, or change the one with its id."""
        row = insert(Product).values(**obj_in)
        changes = {**obj_in, "updated_at": utc_now()}
        await db.execute(row.on_conflict_do_update(index_elements=[Product.id], set_=changes))


product_crud = CRUDProduct()
