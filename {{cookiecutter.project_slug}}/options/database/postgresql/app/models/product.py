"""Products: what is for sale, for how much, and how many are left."""

from sqlalchemy import BigInteger, CheckConstraint, Enum, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.enums import Currency
from app.models.base import Entity

# Three letters without a CHECK, so that selling in another currency needs no migration.
currency_column = Enum(Currency, native_enum=False, length=3)


class Product(Entity):
    """Something for sale; the price is in the smallest unit of its currency."""

    __tablename__ = "products"

    # Sorts by code point and folds every alphabet's case, whatever the server's locale is.
    name: Mapped[str] = mapped_column(String(200, collation="pg_c_utf8"))
    description: Mapped[str] = mapped_column(Text, default="")
    price_cents: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[Currency] = mapped_column(currency_column)
    stock: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        Index("ix_products_name", "name", "id"),
        Index("ix_products_price", "currency", "price_cents", "id"),
    )
