"""What a call to another service may cost: the same limits for every kind of client."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """Limits of one integration; they hold in each process by itself."""

    # One attempt: 2 + 5 < 8, and 8 is less than the 10 seconds that a request of ours may take.
    connect_seconds: float = 2
    read_seconds: float = 5
    # The whole call, with all attempts, pauses and waits for a place.
    deadline_seconds: float = 8

    max_attempts: int = 3
    # Before attempt n + 1: a time chosen by chance below base * growth ** n, at most the cap. With
    # a growth of 2 the first pauses lie so close together that they are a wave of their own.
    base_seconds: float = 0.2
    growth: float = 5
    cap_seconds: float = 5
    repeated_statuses: frozenset[int] = frozenset({408, 429, 502, 503, 504})

    # Attempts that repeat, as a share of the calls of the last seconds; a few are always allowed.
    budget_share: float = 0.1
    budget_floor: int = 10
    budget_seconds: float = 10

    # The breaker opens when, of so many attempts in the last seconds, such a share fails.
    breaker_attempts: int = 20
    breaker_share: float = 0.5
    breaker_window_seconds: float = 10
    breaker_open_seconds: float = 5

    concurrency: int = 20
    calls_per_second: int = 50
    # After decompression.
    max_answer_bytes: int = 5_242_880


DEFAULT = Policy()
