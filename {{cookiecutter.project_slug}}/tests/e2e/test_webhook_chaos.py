"""Webhooks while things break: no accepted event is lost, and none takes effect twice."""

from dev.chaos.run import NAMES
from tests.e2e.scenarios import play


async def test_accepted_events_take_effect_once_whatever_breaks(committed: None) -> None:
    scenarios = [name for name in NAMES if "webhook" in name]

    status, table = await play(*scenarios)

    assert scenarios
    assert status == 0, table
