"""The catalogue."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.database import DbSession
from app.core.exceptions import ProductNotFoundError
from app.core.pagination import Page, PageRequest
from app.crud.product import ProductFilter, product_crud
from app.models.product import Product


class ProductService:
    """Show the catalogue, and keep it."""

    async def list_products(self, db: DbSession, page: PageRequest, **wanted: Any) -> Page[Product]:
        """Return one page of products; `wanted` takes the fields of `ProductFilter`."""
        return await product_crud.list_products(db, page, ProductFilter(**wanted))

    async def get_product(self, db: DbSession, product_id: UUID) -> Product:
        """Return a product.

        Raises:
            ProductNotFoundError: there is none with this id.
        """
        product = await product_crud.get(db, product_id)
        if product is None:
            raise ProductNotFoundError
        return product

    async def add_product(self, db: DbSession, fields: Mapping[str, Any]) -> Product:
        """Put a product on sale."""
        return await product_crud.create(db, fields)

    async def update_product(
        self, db: DbSession, product_id: UUID, changes: Mapping[str, Any]
    ) -> Product:
        """Change a product; orders keep the name and the price that they were placed with."""
        return await product_crud.update(db, await self.get_product(db, product_id), changes)

    async def remove_product(self, db: DbSession, product_id: UUID) -> None:
        """Take a product off sale; orders keep their lines."""
        await product_crud.delete(db, await self.get_product(db, product_id))


product_service = ProductService()
