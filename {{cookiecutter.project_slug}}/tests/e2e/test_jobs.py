"""Background jobs while things break: no effect is lost, and none happens twice."""

import pytest

from dev.chaos import crashes, keys, kills, stops
from dev.chaos.outcome import SHORT
from dev.chaos.processes import Kept
from dev.chaos.run import Scenario

SCENARIOS = [
    kills.kill_workers,
    kills.kill_children,
    stops.stop_again_and_again,
    crashes.crash_everywhere,
    keys.same_key,
]


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_every_effect_happens_once_whatever_breaks(
    committed: None, workers: list[Kept], scenario: Scenario
) -> None:
    outcome = await scenario(SHORT)

    assert outcome.is_good, outcome
