"""The budget of repeated attempts."""

import pytest

from app.integrations.budget import Budget
from app.integrations.policy import Policy
from tests.clock import Clock

POLICY = Policy(budget_share=0.1, budget_floor=10, budget_seconds=10)


def granted(budget: Budget) -> int:
    """Return how many repeated attempts it allows before it refuses one."""
    return next(count for count in range(1_000) if not budget.take())


@pytest.mark.parametrize(
    ("calls", "repeats"), [(0, 10), (1, 10), (100, 10), (150, 15), (2000, 200)]
)
def test_it_allows_a_tenth_of_the_calls_and_a_few_in_any_case(calls: int, repeats: int) -> None:
    budget = Budget(POLICY, Clock())

    for _ in range(calls):
        budget.note_call()

    assert granted(budget) == repeats


def test_calls_and_repeats_count_for_as_long_as_the_window_is() -> None:
    clock = Clock()
    budget = Budget(POLICY, clock)
    for _ in range(500):
        budget.note_call()
    first = granted(budget)

    clock.now += 9
    still_spent = granted(budget)
    clock.now += 1
    later = granted(budget)

    assert (first, still_spent, later) == (50, 0, 10)
