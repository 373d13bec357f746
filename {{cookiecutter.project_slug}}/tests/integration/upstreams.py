"""A client of the tests' own, and what the metrics tell of its calls."""

from collections.abc import Mapping

from app.core.metrics import Counter
from app.integrations.base import BaseClient
from app.integrations.metrics import ATTEMPTS
from app.integrations.policy import Policy


class ThingsClient(BaseClient):
    """Ask for things, within limits that the test chooses."""

    def __init__(self, base_url: str, policy: Policy, api_key: str | None = None) -> None:
        super().__init__(base_url, api_key)
        self.policy = policy


def counted(counter: Counter, host: str) -> Mapping[str, float]:
    """Return how many calls or attempts ended in which way, as far as this process knows."""
    return {
        sample.labels["outcome"]: sample.value
        for metric in counter.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["host"] == host
    }


def attempts_at(host: str) -> float:
    """Return how many attempts there were at a host."""
    return sum(counted(ATTEMPTS, host).values())
