"""What all tests of a whole server share."""

import pytest


@pytest.fixture(autouse=True)
def unmeasured(uncovered: None) -> None:
    """Measure nothing here: the service runs in another process."""
