"""Jobs that begin by the clock: one run a tick, however many schedulers there are."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from cronsim import CronSim

from app.config import settings
from app.core.clock import utc_now
from app.core.database import in_transaction
from app.services.job_service import job_service


@dataclass
class Schedule:
    """A job and when it begins: minute, hour, day, month, weekday, in UTC, as in a crontab.

    After a pause of all schedulers it begins once for the ticks that were missed.
    """

    cron: str
    job: str
    queued: datetime | None = field(default=None, init=False)

    async def queue_tick(self) -> None:
        """Queue the job of the last tick, unless any scheduler has."""
        tick = next(CronSim(self.cron, utc_now(), reverse=True))
        if tick == self.queued:
            return
        key = f"{self.cron} {tick.isoformat()}"
        await in_transaction(partial(job_service.enqueue, name=self.job, key=key))
        self.queued = tick


SCHEDULES = [Schedule("0 3 * * *", "delete_old_jobs")]
if settings.ozon_url:
    SCHEDULES.append(Schedule("*/15 * * * *", "sync_products"))


async def queue_ticks() -> None:
    """Queue what has to begin by now."""
    for schedule in SCHEDULES:
        await schedule.queue_tick()
