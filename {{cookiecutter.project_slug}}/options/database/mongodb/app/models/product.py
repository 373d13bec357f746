"""Products: what is for sale, for how much, and how many are left."""

from app.core.enums import Currency
from app.models.base import Entity, index


class Product(Entity):
    """Something for sale; the price is in the smallest unit of its currency."""

    name: str
    description: str = ""
    price_cents: int
    currency: Currency
    stock: int = 0

    class Settings:
        """The collection and its indexes."""

        name = "products"
        indexes = (index("name", "_id"), index("currency", "price_cents", "_id"))
