"""Reports on what was sold."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from app.core.database import DbSession
from app.crud.order import order_crud
from app.models.job import Job
from app.models.user import User
from app.services.callback_service import callback_service
from app.services.job_service import job_service
from app.services.sales_report import SalesLine


class Days(NamedTuple):
    """Days in UTC, the first and the last."""

    since: date
    until: date


class ReportService:
    """Queue reports, and gather what is in them."""

    async def request_sales(
        self, db: DbSession, user: User, key: str, days: Days, callback_url: str | None = None
    ) -> Job:
        """Queue a report on the paid orders of these days, once for each key of the user.

        Raises:
            CallbackSecretMissingError: a call is wanted, and nothing would sign it.
        """
        arguments: dict[str, Any] = {name: day.isoformat() for name, day in days._asdict().items()}
        if callback_url is not None:
            await callback_service.check_can_sign(db, user)
            arguments["callback_url"] = callback_url
        return await job_service.enqueue(
            db, "generate_report", user=user, key=f"{user.id}:{key}", **arguments
        )

    async def sales(self, db: DbSession, since: date, until: date) -> Sequence[SalesLine]:
        """Return what was sold on these days (in UTC), by day, product and currency."""
        rows = await order_crud.sales(db, midnight(since), midnight(until + timedelta(days=1)))
        return [SalesLine(**row) for row in rows]


def midnight(day: date) -> datetime:
    """Return when a day begins in UTC."""
    return datetime.combine(day, time(), UTC)


report_service = ReportService()
