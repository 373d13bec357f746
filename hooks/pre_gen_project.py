"""Before the project is rendered: refuse bad answers, then mark the project as unfinished."""

import json
import sys
from pathlib import Path

REFUSALS = json.loads(r"""{{ cookiecutter | refusals | tojson }}""")
MARKER = Path(".bake-incomplete")
MEANING = "This project was not generated to its end. Delete its folder and generate it again.\n"


def main() -> None:
    """Stop before a file is rendered, or leave the marker that the last hook removes."""
    if REFUSALS:
        sys.exit(REFUSALS[0])
    MARKER.write_text(MEANING, encoding="utf-8")


if __name__ == "__main__":
    main()
