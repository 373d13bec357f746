"""The queue behind all jobs: ARQ. Services and tasks know it by this module alone."""

from app.core.arq_queue import close_queue, enqueue, queue_length

__all__ = ["close_queue", "enqueue", "queue_length"]
