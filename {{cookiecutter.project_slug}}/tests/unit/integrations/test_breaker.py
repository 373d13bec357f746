"""The circuit breaker, second by second."""

import pytest

from app.core.integration_errors import UpstreamUnavailableError
from app.integrations.breaker import Breaker, BreakerState
from app.integrations.policy import Policy
from tests.clock import Clock

POLICY = Policy(
    breaker_attempts=10,
    breaker_share=0.5,
    breaker_window_seconds=10,
    breaker_open_seconds=5,
)


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    """A breaker that has seen nothing."""
    return Breaker(POLICY, clock)


def attempt(breaker: Breaker, *, is_ill: bool | None, times: int = 1) -> None:
    """Let attempts pass, which end so."""
    for _ in range(times):
        breaker.leave(is_trial=breaker.enter(), is_ill=is_ill)


def test_it_opens_when_half_of_enough_attempts_fail(breaker: Breaker) -> None:
    attempt(breaker, is_ill=False, times=5)
    attempt(breaker, is_ill=True, times=4)
    before = breaker.state

    attempt(breaker, is_ill=True)

    assert (before, breaker.state) == (BreakerState.CLOSED, BreakerState.OPEN)


def test_it_stays_closed_while_too_few_attempts_tell(breaker: Breaker) -> None:
    attempt(breaker, is_ill=True, times=9)

    assert breaker.state == BreakerState.CLOSED


def test_it_stays_closed_while_fewer_than_half_fail(breaker: Breaker) -> None:
    attempt(breaker, is_ill=False, times=20)
    attempt(breaker, is_ill=True, times=19)

    assert breaker.state == BreakerState.CLOSED


def test_it_forgets_what_is_older_than_its_window(breaker: Breaker, clock: Clock) -> None:
    attempt(breaker, is_ill=True, times=9)
    clock.now += 10

    attempt(breaker, is_ill=True, times=9)

    assert breaker.state == BreakerState.CLOSED


def test_what_tells_nothing_of_the_other_side_does_not_count(breaker: Breaker) -> None:
    attempt(breaker, is_ill=None, times=100)

    assert breaker.state == BreakerState.CLOSED


def test_an_open_one_refuses_and_says_when_to_come_again(breaker: Breaker, clock: Clock) -> None:
    attempt(breaker, is_ill=True, times=10)
    clock.now += 1.5

    with pytest.raises(UpstreamUnavailableError) as refused:
        breaker.enter()

    assert refused.value.headers == {"Retry-After": "4"}


def test_after_a_while_it_lets_one_try_and_no_other(breaker: Breaker, clock: Clock) -> None:
    attempt(breaker, is_ill=True, times=10)
    clock.now += 5

    is_trial = breaker.enter()

    assert (is_trial, breaker.state) == (True, BreakerState.HALF_OPEN)
    with pytest.raises(UpstreamUnavailableError) as refused:
        breaker.enter()
    assert refused.value.headers == {"Retry-After": "1"}


def test_a_trial_that_succeeds_closes_it(breaker: Breaker, clock: Clock) -> None:
    attempt(breaker, is_ill=True, times=10)
    clock.now += 5

    attempt(breaker, is_ill=False)

    assert breaker.state == BreakerState.CLOSED
    attempt(breaker, is_ill=True, times=8)
    assert breaker.state == BreakerState.CLOSED


def test_a_trial_that_fails_opens_it_again(breaker: Breaker, clock: Clock) -> None:
    attempt(breaker, is_ill=True, times=10)
    clock.now += 5

    attempt(breaker, is_ill=True)
    states = [breaker.state]
    clock.now += 5
    states.append(breaker.state)

    assert states == [BreakerState.OPEN, BreakerState.HALF_OPEN]


def test_a_trial_that_tells_nothing_makes_room_for_another(breaker: Breaker, clock: Clock) -> None:
    attempt(breaker, is_ill=True, times=10)
    clock.now += 5

    attempt(breaker, is_ill=None)

    assert breaker.state == BreakerState.HALF_OPEN
    assert breaker.enter()


@pytest.mark.parametrize("is_ill", [True, False])
def test_what_began_before_it_opened_decides_nothing(
    breaker: Breaker, clock: Clock, is_ill: bool
) -> None:
    old = breaker.enter()
    attempt(breaker, is_ill=True, times=10)
    clock.now += 5

    breaker.leave(is_trial=old, is_ill=is_ill)

    assert breaker.state == BreakerState.HALF_OPEN
