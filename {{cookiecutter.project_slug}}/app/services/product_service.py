"""The catalogue."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from app.core.database import DbSession
from app.core.exceptions import ProductNotFoundError
from app.core.pagination import Page, PageRequest
from app.crud.file import file_crud
from app.crud.product import ProductFilter, product_crud
from app.integrations.ozon import SuppliedProduct
from app.models.product import Product

# A product of the supplier has the same id here each time.
SUPPLIER = UUID("0b1c8a0e-58a1-4d0a-9a5c-2f1a3b7c6d90")


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
        await file_crud.delete_all(db, [product_id])

    async def lock_product(self, db: DbSession, product_id: UUID) -> None:
        """Keep a product from being deleted until the transaction ends.

        Raises:
            ProductNotFoundError: there is none with this id.
        """
        if not await product_crud.lock(db, product_id):
            raise ProductNotFoundError

    async def put_supplied(self, db: DbSession, products: Sequence[SuppliedProduct]) -> None:
        """Put a supplier's products on sale, or bring them up to date; the stock stays ours."""
        for product in sorted(products, key=lambda product: product.id):
            fields = product.model_dump() | {"id": uuid5(SUPPLIER, product.id)}
            await product_crud.put(db, fields)


product_service = ProductService()
