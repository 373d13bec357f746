"""After the project is rendered: lay the chosen options, make `.env`, then remove the marker."""

import filecmp
import json
import runpy
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")
PROJECT = Path.cwd()
OPTIONS = PROJECT / "options"
MARKER = PROJECT / ".bake-incomplete"


def chosen_trees() -> Iterator[Path]:
    """Give the folders of the chosen answers, and of what follows from them."""
    for question in sorted(OPTIONS.iterdir()):
        if question.name not in ANSWERS:
            sys.exit(f"options/{question.name}: there is no such question; rename the folder")
        answer = ANSWERS[question.name]
        if answer and (question / answer).is_dir():
            yield question / answer


def planned_moves() -> dict[Path, Path]:
    """Return the source of every file to be laid, by its place in the project."""
    moves: dict[Path, Path] = {}
    for tree in chosen_trees():
        for source in sorted(path for path in tree.rglob("*") if path.is_file()):
            target = PROJECT / source.relative_to(tree)
            if target in moves or occupied(target, source):
                place = target.relative_to(PROJECT)
                sys.exit(f"{place}: another file stands here; generate into an empty folder")
            moves[target] = source
    return moves


def occupied(target: Path, source: Path) -> bool:
    """Tell whether a move would lose something; the same file from an earlier run may stay."""
    return target.exists() and not filecmp.cmp(target, source, shallow=False)


def lay_options() -> None:
    """Move the chosen files into the project and drop all others, or stop before the first move."""
    if not OPTIONS.is_dir():
        return
    for target, source in planned_moves().items():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    shutil.rmtree(OPTIONS)


def write_env_file() -> None:
    """Make `.env` with fresh secrets, by the project's own tool; an existing one stays."""
    tool = runpy.run_path(str(PROJECT / "dev" / "env_file.py"))
    tool["write_env_file"](PROJECT)


def main() -> None:
    """Finish the project; may be run again."""
    lay_options()
    write_env_file()
    MARKER.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
