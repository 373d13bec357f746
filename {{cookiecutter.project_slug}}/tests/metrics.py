"""Metrics, as whoever watches the service reads them."""

from app.core.metrics import shared_registry


def shown(name: str, **labels: str) -> float:
    """Return the value of a metric, 0 if there is none."""
    return shared_registry().get_sample_value(name, labels) or 0.0
