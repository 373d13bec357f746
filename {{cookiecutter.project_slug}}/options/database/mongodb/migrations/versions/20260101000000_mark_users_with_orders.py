"""Mark the users who have orders: the mark keeps them from being deleted.

An example of a migration. It may be interrupted and begun again, since it changes only what is
not yet as it should be. `document_models` is empty: of those named there Beanie would make the
indexes first, before the documents are as the indexes want them.
"""

from beanie import free_fall_migration
from pymongo.asynchronous.client_session import AsyncClientSession

from app.models import Order, User


class Forward:
    """Set the mark on users whose orders are older than it."""

    @free_fall_migration(document_models=[])  # type: ignore[untyped-decorator]
    async def mark(self, session: AsyncClientSession) -> None:
        """Find the users by their orders."""
        owners = await Order.distinct("user_id", session=session)
        unmarked = {"_id": {"$in": owners}, "has_orders": {"$ne": True}}
        await User.find(unmarked, session=session).update(
            {"$set": {"has_orders": True}}, session=session
        )


class Backward:
    """Take the marks away."""

    @free_fall_migration(document_models=[])  # type: ignore[untyped-decorator]
    async def unmark(self, session: AsyncClientSession) -> None:
        """Leave the users as they were before."""
        await User.find_all(session=session).update({"$unset": {"has_orders": ""}}, session=session)
