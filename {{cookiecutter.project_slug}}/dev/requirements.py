"""`make requirements`: pin every package that the ranges in pyproject.toml reach, with uv."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).parent.parent
RUN = PROJECT / "requirements.txt"
DEV = PROJECT / "requirements-dev.txt"
OLDEST_PYTHON = "3.11"
COMMENTS = re.compile(r"(?:#.*\n)*")
PIN = re.compile(r"^([a-z0-9-]+)(\[.+?\])?(==.*(?:\n +--hash=.*)*\n)", re.MULTILINE)
HASH = re.compile(r" \\\n +--hash=\S+")


def main() -> None:
    """Write both files; without `--upgrade` a pin stays wherever its range admits it."""
    written = RUN.read_text(encoding="utf-8") + DEV.read_text(encoding="utf-8")
    everything = resolve(written, "--group=dev", *sys.argv[1:])
    run = resolve(everything)
    needed_to_run = {pin[0] for pin in PIN.finditer(run)}
    beyond = (pin[0] for pin in PIN.finditer(everything) if pin[0] not in needed_to_run)
    write(RUN, run)
    write(DEV, "-r requirements.txt\n" + "".join(beyond))


def resolve(preferred: str, *options: str) -> str:
    """Pin for every platform and every Python; a preferred pin stays where its range admits it."""
    uv = shutil.which("uv") or sys.exit("uv is needed for this, and is not on PATH")
    command = [uv, "pip", "compile", "pyproject.toml", "--quiet", "--universal"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-strip-extras"]
    command += ["--python-version", OLDEST_PYTHON, *options]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "pins.txt")
        # Without hashes: uv would repeat them, also those of files that no index has.
        pins = "".join(pin[0] for pin in PIN.finditer(preferred))
        output.write_text(HASH.sub("", pins), encoding="utf-8")
        command += ["--python", sys.executable, "--output-file", str(output)]
        if subprocess.run(command, cwd=PROJECT, check=False).returncode:
            sys.exit("The ranges have no resolution; the lines above are uv's reason.")
        return PIN.sub(with_and_without_extras, output.read_text(encoding="utf-8"))


def with_and_without_extras(pin: re.Match[str]) -> str:
    """Pin a package twice if it has extras: pip before 23.3 overlooks the one for the other."""
    return f"{pin[1]}{pin[3]}{pin[0]}" if pin[2] else pin[0]


def write(path: Path, text: str) -> None:
    """Replace everything behind the comments at the top of the file."""
    comments = COMMENTS.match(path.read_text(encoding="utf-8"))
    path.write_text((comments[0] if comments else "") + text, encoding="utf-8")


if __name__ == "__main__":
    main()
