"""Make `.env` from `.env.example`. Standard library only: it runs before anything is installed."""

import os
import secrets
from pathlib import Path


def write_env_file(project: Path) -> None:
    """Copy the example, with a fresh secret on each line `NAME=`; leave an existing `.env` alone."""
    target = project / ".env"
    if target.exists():
        return
    example = (project / ".env.example").read_text(encoding="utf-8")
    lines = [with_secret(line) for line in example.splitlines()]
    # Written beside its place and then moved, so that an interrupted run leaves no half of a file.
    draft = project / ".env.new"
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    draft.replace(target)


def with_secret(line: str) -> str:
    """Give a line without a value 384 random bits, in letters that need no quoting anywhere."""
    is_empty = line.endswith("=") and not line.startswith("#")
    return line + secrets.token_urlsafe(48) if is_empty else line


if __name__ == "__main__":
    write_env_file(Path.cwd())
