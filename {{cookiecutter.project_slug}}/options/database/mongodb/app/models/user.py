"""Users: who may log in, and as what."""

from app.core.enums import Role
from app.models.base import Entity, index


class User(Entity):
    """An account; the e-mail address is kept in lower case and identifies it.

    `has_orders` is set by the first order, and keeps the account from being deleted.
    """

    email: str
    full_name: str = ""
    hashed_password: str
    role: Role = Role.CUSTOMER
    is_active: bool = True
    email_verified: bool = False
    has_orders: bool = False

    class Settings:
        """The collection and its indexes."""

        name = "users"
        indexes = (index("email", unique=True), index("role"))
