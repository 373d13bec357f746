"""A pickle that does something when somebody reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Trap:
    """Makes a file when its pickle is read."""

    file: Path

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        """Say how it is read."""
        return Path.touch, (self.file,)
