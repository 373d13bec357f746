"""Turn ranges into pins with uv, and read pins from a file."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

PIN = re.compile(r"^(?P<head>[a-z0-9-]+(\[[a-z0-9, -]+\])?)==.*(?:\n +--hash=.*)*\n", re.MULTILINE)
HASH = re.compile(r" \\\n +--hash=\S+")


def uv_command() -> list[str]:
    """Find uv in this interpreter's environment or on PATH."""
    if find_spec("uv"):
        return [sys.executable, "-m", "uv"]
    if program := shutil.which("uv"):
        return [program]
    sys.exit("uv is missing; requirements-dev.txt installs it")


def compile_pins(ranges: Iterable[str], preferred: str, oldest_python: str, *options: str) -> str:
    """Pin what ranges reach, for every platform and every Python from the oldest on.

    A preferred pin stays wherever its range admits it. No answer of uv names an index.
    """
    command = [*uv_command(), "pip", "compile", "-", "--quiet", "--universal", *options]
    command += ["--python", sys.executable, "--python-version", oldest_python]
    command += ["--no-header", "--no-annotate", "--output-file", "pins.txt"]
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder, "pins.txt")
        # Without hashes: uv would repeat them, also those of files that no index has.
        write(pins, without_hashes("".join(pins_in(preferred).values())))
        run = subprocess.run(command, input="\n".join(ranges), cwd=folder, text=True, check=False)
        if run.returncode:
            sys.exit("The ranges have no resolution; the lines above are uv's reason.")
        return read(pins)


def pins_in(text: str) -> dict[str, str]:
    """Return the pins of a file by head, the name and extras; platforms may need several of one."""
    pins: dict[str, str] = {}
    for found in PIN.finditer(text):
        pins[found["head"]] = pins.get(found["head"], "") + found[0]
    return pins


def bare(head: str) -> str:
    """Return the name of a package without its extras."""
    return head.partition("[")[0]


def without_hashes(text: str) -> str:
    """Return pins without the hashes of their files."""
    return HASH.sub("", text)


def read(path: Path) -> str:
    """Return a file's text, empty if there is no such file yet."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def write(path: Path, text: str) -> None:
    """Write a file with the same line ends on every platform."""
    path.write_text(text, encoding="utf-8", newline="\n")
