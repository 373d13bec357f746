"""The catalogue, kept like the supplier's."""

from functools import partial

from app.integrations.ozon import ozon_client
from app.services.product_service import product_service
from app.tasks.run import Run


async def sync_products(run: Run) -> None:
    """Put the supplier's products into the catalogue, or bring them up to date there."""
    products = await ozon_client().get_products()
    store = partial(product_service.put_supplied, products=products)
    await run.finish({"products": len(products)}, effect=store)
