"""What another service may do, how often it is then asked, and what the caller gets."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.core.integration_errors import UpstreamError, UpstreamStatusError, UpstreamTimeoutError
from app.integrations.policy import Policy
from tests.upstream import (
    Step,
    answers,
    drips,
    floods,
    hangs_up_after,
    head,
    is_silent_after,
    resets_after,
    sends,
)

# A busy machine must not look like a slow upstream: only cases about time have short limits.
PATIENT = Policy(
    connect_seconds=30,
    read_seconds=30,
    deadline_seconds=60,
    base_seconds=0.001,
    cap_seconds=0.01,
    breaker_attempts=1_000_000,
    calls_per_second=1_000,
)
HASTY = replace(PATIENT, read_seconds=0.15)
HASTY_TO_CONNECT = replace(PATIENT, connect_seconds=0.15)
SHORT_OF_TIME = replace(PATIENT, deadline_seconds=0.5)
SMALL = replace(PATIENT, max_answer_bytes=65_536)


@dataclass(frozen=True)
class Case:
    """A script, the attempts that it causes, and the error in which they end; None for success."""

    name: str
    steps: tuple[Step, ...]
    attempts: int
    error: type[UpstreamError] | None
    method: str = "GET"
    key: str | None = None
    policy: Policy = PATIENT


OK = answers()
CHUNKED = "Transfer-Encoding: chunked"
GZIP = "Content-Encoding: gzip"
JSON = b'{"id": 1}'
BOMB = gzip.compress(b" " * 8_388_608)


def chunk(data: bytes) -> bytes:
    """Write a piece of a body whose length is not known."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def compressed(times: int) -> bytes:
    """Compress again and again."""
    body = JSON
    for _ in range(times):
        body = gzip.compress(body)
    return body


def statuses() -> Iterator[Case]:
    """Yield a case for each kind of status."""
    for status in (200, 201, 202, 204, 206, 299):
        yield Case(f"{status}", (answers(status),), 1, None)
    for status in (408, 429, 502, 503, 504):
        yield Case(f"{status}, then 200", (answers(status), OK), 2, None)
        yield Case(f"{status} for ever", (answers(status),), 3, UpstreamStatusError)
    yield Case("503, 503, 200", (answers(503), answers(503), OK), 3, None)
    yield Case("503, then 404", (answers(503), answers(404)), 2, UpstreamStatusError)
    refusals = (400, 401, 402, 403, 404, 405, 406, 409, 410, 412, 413, 415, 418, 422, 423, 451)
    for status in (*refusals, 500, 501, 505, 507, 511, 600, 999):
        yield Case(f"{status}", (answers(status), OK), 1, UpstreamStatusError)
    for status in (300, 301, 302, 303, 307, 308):
        elsewhere = answers(status, "Location: /elsewhere")
        yield Case(f"{status} elsewhere", (elsewhere, OK), 1, UpstreamStatusError)
    yield Case("304", (answers(304), OK), 1, UpstreamStatusError)


def methods() -> Iterator[Case]:
    """Yield cases of what may be repeated, and what may not."""
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "get"):
        yield Case(f"{method} and 503", (answers(503), OK), 2, None, method)
    nothing_was_done = {
        "503": answers(503),
        "429": answers(429),
        "hang-up": hangs_up_after(),
        "reset": resets_after(),
    }
    for name, step in nothing_was_done.items():
        ours = UpstreamStatusError if name.isdigit() else UpstreamError
        for method in ("POST", "PATCH"):
            yield Case(f"{method} and {name}", (step, OK), 1, ours, method)
            yield Case(f"{method} with a key and {name}", (step, OK), 2, None, method, "k-1")
    silence = is_silent_after()
    yield Case("POST and silence", (silence, OK), 1, UpstreamTimeoutError, "POST", policy=HASTY)
    yield Case("POST with a key and silence", (silence, OK), 2, None, "POST", "k-1", policy=HASTY)


def waits() -> Iterator[Case]:
    """Yield cases of `Retry-After`."""
    soon = {
        "none": "X-Nothing: 0",
        "0 seconds": "Retry-After: 0",
        "a date that is past": "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT",
        "a word": "Retry-After: later",
        "nothing": "Retry-After:",
        "a fraction": "Retry-After: 3600.5",
        "a negative number": "Retry-After: -3600",
        "a number without an end": "Retry-After: " + "9" * 400,
        "digits of another script": "Retry-After: \xb2\xb3",
        "a date that is none": "Retry-After: Fri, 99 Dec 2099 99:99:99 GMT",
    }
    for name, header in soon.items():
        yield Case(f"503, Retry-After {name}", (answers(503, header), OK), 2, None)
    late = {
        "an hour": "Retry-After: 3600",
        "a date of the next century": "Retry-After: Thu, 31 Dec 2099 23:59:59 GMT",
        "the year 9999": "Retry-After: Fri, 31 Dec 9999 23:59:59 -0000",
    }
    for name, header in late.items():
        for status in (429, 503):
            steps = (answers(status, header), OK)
            yield Case(f"{status}, Retry-After {name}", steps, 1, UpstreamStatusError)
    yield Case("404, Retry-After 0", (answers(404, "Retry-After: 0"), OK), 1, UpstreamStatusError)


def broken_lines() -> Iterator[Case]:
    """Yield cases of connections that break, and of servers that do not speak HTTP."""
    short = head("200 OK", "Content-Length: 100")
    chunked = head("200 OK", CHUNKED)
    broken = {
        "hang-up without an answer": hangs_up_after(),
        "reset without an answer": resets_after(),
        "hang-up within the head": hangs_up_after(b"HTTP/1.1 200 OK\r\nConte"),
        "hang-up within the body": hangs_up_after(short, b'{"id"'),
        "reset within the body": resets_after(short, b'{"id"'),
        "hang-up within a chunk": hangs_up_after(chunked, b'9\r\n{"id"'),
        "hang-up between chunks": hangs_up_after(chunked, chunk(JSON)),
        "chunk without length": hangs_up_after(chunked, b"zz\r\n\r\n"),
        "chunk of negative length": hangs_up_after(chunked, b"-1\r\n\r\n"),
        "not HTTP": hangs_up_after(b"SSH-2.0-OpenSSH_10.0\r\n\r\n"),
        "zeros": hangs_up_after(b"\x00" * 1_000),
        "status in words": hangs_up_after(b"HTTP/1.1 two hundred\r\n\r\n"),
        "header without colon": hangs_up_after(head("200 OK", "nothing")),
        "length in words": hangs_up_after(head("200 OK", "Content-Length: nine")),
        "negative length": hangs_up_after(head("200 OK", "Content-Length: -1")),
        "two lengths": hangs_up_after(head("200 OK", "Content-Length: 1", "Content-Length: 2")),
        "head of 200,000 bytes": hangs_up_after(head("200 OK", "X-A: " + "a" * 200_000)),
    }
    for name, step in broken.items():
        yield Case(f"{name}, for ever", (step,), 3, UpstreamError)
        yield Case(f"{name}, then 200", (step, OK), 2, None)


def slowness() -> Iterator[Case]:
    """Yield cases of servers that take their time."""
    silent = {
        "silence": is_silent_after(),
        "silence within the head": is_silent_after(b"HTTP/1.1 200 OK\r\n"),
        "silence within the body": is_silent_after(head("200 OK", "Content-Length: 9"), b'{"id"'),
    }
    for name, step in silent.items():
        yield Case(f"{name}, for ever", (step,), 3, UpstreamTimeoutError, policy=HASTY)
        yield Case(f"{name}, then 200", (step, OK), 2, None, policy=HASTY)
    dripping = {
        "head in drops": drips(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
        "headers in drops": drips(b"HTTP/1.1 200 OK\r\n", b"X-A: a\r\n"),
        "body in drops": drips(head("200 OK", "Content-Length: 9999"), b" "),
        "chunks in drops": drips(head("200 OK", CHUNKED), chunk(b" ")),
        "continue, and continue": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    }
    for name, step in dripping.items():
        yield Case(name, (step,), 1, UpstreamTimeoutError, policy=SHORT_OF_TIME)


def bodies() -> Iterator[Case]:
    """Yield cases of answers that are not what was asked for, or too much of it."""
    garbage = {
        "not JSON": b"<html>",
        "half of JSON": b'{"id": ',
        "more behind": b"{} {}",
        "NaN": b'{"id": NaN}',
        "Infinity": b"[Infinity]",
        "not UTF-8": b'{"id": "\xff\xfe"}',
        "lone surrogate": b'{"id": "\\ud800"}',
        "100,000 levels": b"[" * 100_000,
        "10,000 digits": b"1" * 10_000,
    }
    for name, body in garbage.items():
        yield Case(name, (answers(body=body), OK), 1, UpstreamError)
    yield Case("no body", (answers(body=b""),), 1, None)
    yield Case("gzip", (answers(200, GZIP, body=compressed(1)),), 1, None)
    yield Case(
        "deflate", (answers(200, "Content-Encoding: deflate", body=zlib.compress(JSON)),), 1, None
    )
    bad = {
        "gzip that is none": answers(200, GZIP, body=JSON),
        "half of gzip": answers(200, GZIP, body=compressed(1)[:-12]),
        "six layers of gzip": answers(200, *[GZIP] * 6, body=compressed(6)),
        "gzip that is not announced": answers(body=compressed(1)),
        "an encoding that nobody knows": answers(200, "Content-Encoding: rot13", body=b"\xff"),
        "gzip bomb": answers(200, GZIP, body=BOMB),
        "bomb in a bomb": answers(200, GZIP, GZIP, body=gzip.compress(BOMB)),
        "bomb in chunks": sends(head("200 OK", CHUNKED, GZIP), chunk(BOMB), chunk(b"")),
        "long body": answers(body=b" " * 65_537),
        "long body that is announced": is_silent_after(head("200 OK", "Content-Length: 99999")),
        "length beyond 64 bits": is_silent_after(head("200 OK", "Content-Length: " + "9" * 19)),
        "body without an end": floods(head("200 OK", CHUNKED), chunk(b" " * 8_192)),
        "body until the hang-up": floods(head("200 OK"), b" " * 8_192),
    }
    for name, step in bad.items():
        yield Case(name, (step, OK), 1, UpstreamError, policy=SMALL)


CASES = [*statuses(), *methods(), *waits(), *broken_lines(), *slowness(), *bodies()]
