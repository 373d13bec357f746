"""Metrics of calls to other services, by host: the hosts are those of the settings, a handful."""

from app.core.metrics import Counter, Gauge, Histogram

SECONDS_OF_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

CALLS = Counter("upstream_calls", "Calls that ended, by how", ["host", "outcome"])
ATTEMPTS = Counter("upstream_attempts", "Attempts that ended, by how", ["host", "outcome"])
SECONDS = Histogram(
    "upstream_call_seconds",
    "How long calls took, with all attempts and pauses",
    ["host"],
    buckets=SECONDS_OF_BUCKETS,
)
# Each process has a breaker of its own. The latest word is shown: that of a process which is
# gone, perhaps for days, would otherwise stand beside it for ever.
BREAKER = Gauge(
    "upstream_breaker_state",
    "0 closed, 1 half open, 2 open: as the process saw it that called last",
    ["host"],
    multiprocess_mode="mostrecent",
)
