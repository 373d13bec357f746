"""What keeps secrets and forged lines out of the log."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from structlog.typing import EventDict, WrappedLogger

HIDDEN = "***"

SECRET_NAME = re.compile(
    r"passw|passphrase|secret|token|authori[sz]ation|cookie|credential|(api|private|signing)[-_]?key",
    re.IGNORECASE,
)
SECRET_IN_TEXT = re.compile(
    r"""
    (?P<name> (?:passw(?:or)?d|secret|token|cookie|api[-_]?key)["']?=["']?  # as in a query
            | \b(?:bearer|basic)[ ] )                                       # as in a header
        [^\s&"',;)]+
    | (?P<user> ://[^\s:/@]{0,100}: ) [^\s@]{1,200} (?=@)                   # as in a URL
    | \b eyJ[\w-]{5,2000} \. [\w-]{1,2000} (?:\.[\w-]{0,2000})?             # a signed token
    """,
    re.IGNORECASE | re.VERBOSE,
)

# What moves a terminal's cursor, changes its colours, turns the direction of text, or cannot be
# encoded. Line breaks are dealt with apart, and a tab does no harm.
CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
CONTINUATION = "\n  | "

# Names of ours are short, and so are ids. The rest of a path is the caller's, and may be a token
# that was put into the wrong place.
NOT_OURS = re.compile(r"(?<=/)(?![0-9a-fA-F-]{36}(?:/|$))(?:[^/]{25,}|[^/]*[^/\w.-][^/]*)")


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Hide secrets: values whose names say so, and in texts what looks like one."""
    return {name: without_secrets(name, value) for name, value in event.items()}


def without_secrets(name: str, value: Any) -> Any:
    """Return a value as the log may show it."""
    if value is None or isinstance(value, bool):
        return value
    if SECRET_NAME.search(name) and not name.endswith("_id"):
        return HIDDEN
    if isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): without_secrets(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [without_secrets(name_in_pair(item) or name, item) for item in value]
    return SECRET_IN_TEXT.sub(hide, value if isinstance(value, str) else repr(value))


def name_in_pair(item: Any) -> str:
    """Return the name in a pair of name and value, as lists of headers hold them, or nothing."""
    match item:
        case (str() | bytes() as name, _):
            return str(name)
    return ""


def hide(found: re.Match[str]) -> str:
    """Keep what comes before a secret."""
    return f"{found['name'] or found['user'] or ''}{HIDDEN}"


def escape_controls(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Make one entry look like one: whatever it holds, no line of it can pass as another entry."""
    return {name: on_own_lines(value) for name, value in event.items()}


def on_own_lines(value: Any) -> Any:
    """Escape what acts on a terminal, and mark the lines that continue an entry."""
    if not isinstance(value, str):
        return value
    escaped = CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), value)
    return escaped.replace("\n", CONTINUATION)


def shown_path(path: str) -> str:
    """Return a path without its query, and with only such parts as may be names or ids."""
    return NOT_OURS.sub(HIDDEN, path.partition("?")[0])


def shorten_paths(record: logging.LogRecord) -> bool:
    """Rewrite the paths in the server's own records; as a filter it lets every record pass."""
    if record.name.startswith("uvicorn") and isinstance(record.args, tuple):
        record.args = tuple(
            shown_path(arg) if isinstance(arg, str) and arg.startswith("/") else arg
            for arg in record.args
        )
    return True
