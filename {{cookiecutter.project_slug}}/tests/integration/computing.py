"""What a process computes for a test; it imports nothing, so that it begins at once."""

import os
import time
from pathlib import Path


def say_who_and_sleep(file: Path) -> None:
    """Write down the id of the process that runs this, and take a minute."""
    draft = file.with_suffix(".new")
    draft.write_text(str(os.getpid()), encoding="ascii")
    draft.rename(file)
    time.sleep(60)
