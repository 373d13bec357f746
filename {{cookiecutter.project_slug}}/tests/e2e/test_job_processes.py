"""Background jobs with more workers and schedulers than one, that break or are stopped."""

import pytest

from dev.chaos import clocks, poison, stops
from dev.chaos.outcome import SHORT
from dev.chaos.run import Scenario

SCENARIOS = [stops.hand_back, poison.poison, clocks.many_schedulers]


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_every_effect_happens_once_whatever_breaks(
    committed: None, job_kinds: None, scenario: Scenario
) -> None:
    outcome = await scenario(SHORT)

    assert outcome.is_good, outcome
