"""Pictures of products."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response, status

from app.core.enums import ImageSize
from app.core.openapi import problems
from app.dependencies import Db, Staff
from app.models.job import Job
from app.routers.files import file
from app.schemas.job import JobRead
from app.services.image_service import MEDIA_TYPE, image_service

router = APIRouter(prefix="/products/{product_id}", tags=["products"])

Picture = Annotated[bytes, Body(media_type="image/*", min_length=1)]


@router.put(
    "/image",
    response_model=JobRead,
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(400, 401, 403, 404, 422),
)
async def upload_image(user: Staff, product_id: UUID, picture: Picture, db: Db) -> Job:
    """Give a product a picture: JPEG, PNG or WebP. Managers and admins may."""
    return await image_service.upload(db, user, product_id, picture)


@router.get(
    "/images/{size}", response_class=Response, responses=file(MEDIA_TYPE) | problems(404, 422)
)
async def get_image(product_id: UUID, size: ImageSize, db: Db) -> Response:
    """Show a product's picture in one size. Anyone may."""
    image = await image_service.get_image(db, product_id, size)
    return Response(image.content, media_type=image.media_type)
