"""The queue behind all jobs: Celery. Services and tasks know it by this module alone."""

from app.core.celery_queue import close_queue, enqueue, queue_length

__all__ = ["close_queue", "enqueue", "queue_length"]
