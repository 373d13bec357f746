"""Make `.env` from `.env.example`. Standard library only: it runs before anything is installed."""

import secrets
from pathlib import Path


def write_env_file(project: Path) -> None:
    """Copy the example, with a fresh secret on each line `NAME=`; leave an existing file alone."""
    target = project / ".env"
    if target.exists():
        return
    example = (project / ".env.example").read_text(encoding="utf-8")
    lines = [with_secret(line) for line in example.splitlines()]
    # Written beside its place and then moved, so that an interrupted run leaves no half of a file.
    draft = project / ".env.new"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text("\n".join(lines) + "\n", encoding="utf-8")
    draft.replace(target)


def with_secret(line: str) -> str:
    """Give a line without a value 384 random bits, in letters that need no quoting anywhere."""
    is_empty = line.endswith("=") and not line.startswith("#")
    return line + secrets.token_urlsafe(48) if is_empty else line


if __name__ == "__main__":
    write_env_file(Path.cwd())
