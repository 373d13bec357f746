"""The Celery worker: `python -m app.tasks.celery_app`, or `celery -A app.tasks.celery_app worker`.

Each of its processes has one event loop for life, and runs one job at a time on it.
"""

import os
import signal
from contextlib import suppress
from threading import Timer
from typing import Any
from uuid import UUID

from celery.signals import (
    setup_logging,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutting_down,
)

from app.config import settings
from app.core.celery_queue import TASK, VISIBILITY_SECONDS, celery, redis_url
from app.core.logging import configure_logging
from app.core.metrics import serve_metrics
from app.tasks.broker_watch import BrokerWatch
from app.tasks.job_loop import JobLoop
from app.tasks.limits import check_limits
from app.tasks.process import SIGN_OF_LIFE, SIGN_SECONDS, compute_lightly

# Told to a process that is to hand its job back; Celery itself uses the other one.
HAND_BACK = signal.SIGUSR2
# A blocking read of the queue takes a few seconds, so a worker waits longer than who only writes.
SOCKET_SECONDS = 30
WATCH_SECONDS = 1

celery.conf.update(
    worker_pool="prefork",
    worker_concurrency=settings.worker_processes,
    worker_prefetch_multiplier=1,
    # A message that all processes are too busy for stays in the queue, for other workers.
    worker_disable_prefetch=True,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        "socket_connect_timeout": SOCKET_SECONDS,
        "socket_timeout": SOCKET_SECONDS,
        "socket_keepalive": True,
    },
)
check_limits(VISIBILITY_SECONDS)

loops: list[JobLoop] = []
watches: list[BrokerWatch] = []


@setup_logging.connect
def set_up_logging(**_: Any) -> None:
    """Write Celery's log as all others are."""
    configure_logging()


@worker_process_init.connect
def begin(**_: Any) -> None:
    """Make the event loop of this process."""
    compute_lightly()
    loops.append(JobLoop())
    signal.signal(HAND_BACK, lambda *_: loops[0].hand_back())


@worker_process_shutdown.connect
def end(**_: Any) -> None:
    """Close the connections of this process."""
    for loop in loops:
        loop.end()


@celery.task(name=TASK, Strategy="app.tasks.celery_messages:only_with_id")
def run(job_id: str) -> None:
    """Run the job that a message names."""
    loops[0].run(UUID(job_id))


@worker_init.connect
def prepare(sender: Any, **_: Any) -> None:
    """Show metrics, and have jobs handed back that outlast the time for a shutdown."""
    serve_metrics(settings.metrics_port)

    @worker_shutting_down.connect(weak=False)
    def hand_back_later(**_: Any) -> None:
        timer = Timer(settings.shutdown_seconds, hand_back, [sender.pool])
        timer.daemon = True
        timer.start()


@worker_ready.connect
def watch(sender: Any, **_: Any) -> None:
    """Give signs of life, and look after the connection; called again for each new connection."""
    if watches:
        return
    watches.append(BrokerWatch(redis_url(), sender.hub.call_soon))
    sender.timer.call_repeatedly(SIGN_SECONDS, SIGN_OF_LIFE.touch)
    sender.timer.call_repeatedly(WATCH_SECONDS, watches[0].check)


def hand_back(pool: Any) -> None:
    """Tell each process to hand its job back."""
    for process in pool.info["processes"]:
        with suppress(ProcessLookupError):
            os.kill(process, HAND_BACK)


if __name__ == "__main__":
    celery.worker_main(
        ["--quiet", "worker", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    )
