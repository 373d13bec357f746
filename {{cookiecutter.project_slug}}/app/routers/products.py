"""The catalogue."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status

from app.core.openapi import problems
from app.core.pagination import Page
from app.dependencies import CatalogueManager, Db
from app.models.product import Product
from app.schemas.base import PageRead
from app.schemas.product import ProductCreate, ProductQuery, ProductRead, ProductUpdate
from app.services.product_service import product_service

router = APIRouter(prefix="/products", tags=["products"])


@router.get("/", response_model=PageRead[ProductRead], responses=problems(400, 422))
async def list_products(query: Annotated[ProductQuery, Query()], db: Db) -> Page[Product]:
    """Search the catalogue. Anyone may."""
    return await product_service.list_products(db, query.page(), **query.wanted())


@router.get("/{product_id}", response_model=ProductRead, responses=problems(404, 422))
async def get_product(product_id: UUID, db: Db) -> Product:
    """Show a product. Anyone may."""
    return await product_service.get_product(db, product_id)


@router.post(
    "/",
    response_model=ProductRead,
    status_code=status.HTTP_201_CREATED,
    responses=problems(400, 401, 403, 422),
)
async def add_product(_: CatalogueManager, product_in: ProductCreate, db: Db) -> Product:
    """Put a product on sale. Managers and admins may."""
    return await product_service.add_product(db, product_in.model_dump())


@router.patch(
    "/{product_id}", response_model=ProductRead, responses=problems(400, 401, 403, 404, 422)
)
async def update_product(
    _: CatalogueManager, product_id: UUID, changes: ProductUpdate, db: Db
) -> Product:
    """Change a product. Managers and admins may."""
    return await product_service.update_product(db, product_id, changes.changes())


@router.delete(
    "/{product_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(401, 403, 404, 422),
)
async def remove_product(_: CatalogueManager, product_id: UUID, db: Db) -> None:
    """Take a product off sale. Managers and admins may."""
    await product_service.remove_product(db, product_id)
