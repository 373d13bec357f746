"""Metrics: the processes that one command starts add theirs up, in files of a folder they share."""

import atexit
import os
import shutil
import tempfile

FOLDER = "PROMETHEUS_MULTIPROC_DIR"

# The library looks for the folder when it is imported.
if FOLDER not in os.environ:
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="metrics-")
    atexit.register(shutil.rmtree, os.environ[FOLDER], ignore_errors=True)

from prometheus_client import (  # noqa: E402
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    multiprocess,
    start_http_server,
)

__all__ = ["Counter", "Gauge", "Histogram", "serve_metrics", "shared_registry"]


def shared_registry() -> CollectorRegistry:
    """Return what reads the metrics of all these processes."""
    registry = CollectorRegistry()
    # The library has types, but none here.
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def serve_metrics(port: int | None) -> None:
    """Show the metrics of all these processes at a port, from a thread; at none if it is None."""
    if port is not None:
        start_http_server(port, registry=shared_registry())
