"""Whether this instance may get requests."""

from app.config import settings
from app.core.database import DbSession, schema_is_current
from app.core.exceptions import UnavailableError


class HealthService:
    """Tell whether requests would succeed."""

    async def check_ready(self, db: DbSession) -> None:
        """Return when all is well.

        Raises:
            UnavailableError: the drain file exists, or migrations are missing.
            DatabaseUnavailableError: the database does not answer.
        """
        # A file takes all workers of an instance out of rotation at once: `touch` it, wait, stop.
        if settings.drain_file and settings.drain_file.exists():
            raise UnavailableError("This instance is being drained.")
        if not await schema_is_current(db):
            raise UnavailableError("The database's schema is not the one of this release.")


health_service = HealthService()
