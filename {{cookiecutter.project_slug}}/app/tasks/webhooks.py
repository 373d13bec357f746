"""Events of other services."""

from functools import partial
from uuid import UUID

from app.core.database import in_transaction
from app.services.webhook_service import webhook_service
from app.tasks.run import Run, RunLostError, storable


async def process_webhook(run: Run, event_id: str, replay: int) -> None:
    """Do what an event causes, and note on it when that fails, for admins to see."""
    process = partial(webhook_service.process, event_id=UUID(event_id), replay=replay)
    note = partial(webhook_service.note_failure, event_id=UUID(event_id), replay=replay)
    try:
        await run.finish(effect=process)
    except RunLostError:
        raise
    except Exception as error:
        await in_transaction(partial(note, error=storable(error)))
        raise
