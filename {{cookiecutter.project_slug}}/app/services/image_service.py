"""Pictures of products."""

from collections.abc import Mapping
from uuid import UUID

from app.core.database import DbSession
from app.core.exceptions import FileNotThereError
from app.crud.file import file_crud
from app.models.file import File
from app.models.job import Job
from app.models.user import User
from app.services.image_header import check_image
from app.services.job_service import job_service
from app.services.product_service import product_service

ORIGINAL = "original"
MEDIA_TYPE = "image/webp"


class ImageService:
    """Take a picture in, and hand its sizes out."""

    async def upload(self, db: DbSession, user: User, product_id: UUID, content: bytes) -> Job:
        """Queue the making of a product's picture in all sizes.

        Raises:
            ProductNotFoundError: there is no such product.
            ImageRefusedError: it is no picture that can be taken.
        """
        check_image(content)
        product = await product_service.get_product(db, product_id)
        job = await job_service.enqueue(db, "process_image", user=user, product_id=str(product.id))
        await file_crud.put(db, job.id, ORIGINAL, "application/octet-stream", content)
        return job

    async def original(self, db: DbSession, job_id: UUID) -> bytes:
        """Return the picture that a job was queued with."""
        file = await file_crud.find(db, job_id, ORIGINAL)
        if file is None:
            raise FileNotThereError
        return file.content

    async def replace(
        self, db: DbSession, job_id: UUID, product_id: UUID, sizes: Mapping[str, bytes]
    ) -> None:
        """Store the sizes in place of those before, and forget the original.

        Raises:
            ProductNotFoundError: the product was deleted meanwhile.
        """
        await product_service.lock_product(db, product_id)
        for size, content in sizes.items():
            await file_crud.put(db, product_id, size, MEDIA_TYPE, content)
        await file_crud.delete_all(db, [job_id])

    async def get_image(self, db: DbSession, product_id: UUID, size: str) -> File:
        """Return a product's picture in one size.

        Raises:
            FileNotThereError: there is none, or it is not ready.
        """
        file = await file_crud.find(db, product_id, size)
        if file is None:
            raise FileNotThereError
        return file


image_service = ImageService()
