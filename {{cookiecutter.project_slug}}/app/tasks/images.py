"""Pictures of products, in all sizes."""

from functools import partial
from uuid import UUID

from app.core.database import in_transaction
from app.services.image_service import image_service
from app.services.images import make_sizes
from app.tasks.run import Run


async def process_image(run: Run, product_id: str) -> None:
    """Make the sizes of a product's picture."""
    original = await in_transaction(partial(image_service.original, job_id=run.job.id))
    sizes = await run.compute(make_sizes, original)
    store = partial(
        image_service.replace, job_id=run.job.id, product_id=UUID(product_id), sizes=sizes
    )
    await run.finish({"sizes": len(sizes)}, effect=store)
