"""What came of a scenario."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """How much of a scenario is to be played: all of it, or what fits into every test run."""

    rounds: int
    jobs: int
    crashes: int
    ticks: int
    stops: int
    seconds: int
    # Bounds hold on a machine that does nothing else; tests run beside others, and are no measure.
    patience: int
    # How often jobs are tried that cannot succeed.
    tries: int


SHORT = Scale(rounds=1, jobs=60, crashes=3, ticks=4, stops=2, seconds=4, patience=10, tries=2)
LONG = Scale(
    rounds=20, jobs=1_000, crashes=100, ticks=30, stops=10, seconds=60, patience=1, tries=5
)


@dataclass(frozen=True)
class Outcome:
    """Effects that are lacking, and that are too many; the slowest case against its bound."""

    rounds: int
    lost: int = 0
    doubled: int = 0
    worst_seconds: float = 0
    bound_seconds: float = 0
    faults: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Tell whether everything was as promised."""
        in_time = self.worst_seconds <= self.bound_seconds
        return in_time and not (self.lost or self.doubled or self.faults)

    def row(self, name: str) -> str:
        """Return a line of the table."""
        time, bound = "-", "-"
        if self.bound_seconds >= 1:
            time, bound = f"{self.worst_seconds:.1f} s", f"{self.bound_seconds:.0f} s"
        elif self.bound_seconds:
            time = f"{self.worst_seconds * 1000:.0f} ms"
            bound = f"{self.bound_seconds * 1000:.0f} ms"
        verdict = "good" if self.is_good else "BAD"
        faults = "; ".join(self.faults)
        return (
            f"{name:28} {self.rounds:6} {self.lost:5} {self.doubled:7}  {time:>8} {bound:>6}  "
            f"{verdict} {faults}".rstrip()
        )


HEADER = f"{'scenario':28} {'rounds':>6} {'lost':>5} {'doubled':>7}  {'worst':>8} {'bound':>6}"
