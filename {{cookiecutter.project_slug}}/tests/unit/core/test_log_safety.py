"""What the log may show of values, texts and paths."""

import logging
import time
from typing import Any

import pytest
from pydantic import SecretBytes, SecretStr

from app.core.log_safety import (
    CONTINUATION,
    HIDDEN,
    on_own_lines,
    redact,
    shorten_paths,
    shown_path,
)

SECRET = "k7Wq2ZpN8vRt"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


def redacted(**event: Any) -> Any:
    return redact(None, "info", event)


@pytest.mark.parametrize(
    "name",
    [
        *("password", "Password", "new_password", "hashed_password", "passwd", "passphrase"),
        *("secret", "SECRET_KEY", "client_secret", "token", "access_token", "refreshToken"),
        *("authorization", "Authorisation", "proxy-authorization", "cookie", "set-cookie"),
        *("api_key", "X-API-Key", "apikey", "credentials", "private_key", "signing-key"),
    ],
)
def test_value_whose_name_says_that_it_is_secret_is_hidden_at_any_depth(name: str) -> None:
    event = redacted(
        **{name: SECRET},
        inside={name: SECRET},
        listed=[{name: [SECRET]}, (name, SECRET), (name.encode(), SECRET.encode())],
        deep={"a": [{"b": ({name: {"c": SECRET}},)}]},
    )

    assert event[name] == event["inside"][name] == HIDDEN
    assert SECRET not in str(event)
    assert SECRET[1:-1] not in str(event)


def test_number_whose_name_says_that_it_is_secret_is_hidden() -> None:
    assert redacted(token=123_456) == {"token": HIDDEN}


def test_value_of_a_secret_type_is_hidden_under_any_name() -> None:
    event = redacted(value=SecretStr(SECRET), pair=[SecretBytes(SECRET.encode())])

    assert SECRET not in str(event)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Authorization: Bearer {SECRET}", f"Authorization: Bearer {HIDDEN}"),
        (f"got basic {SECRET}==, why", f"got basic {HIDDEN}, why"),
        (f"token {JWT} is bad", f"token {HIDDEN} is bad"),
        (f"GET /x?token={SECRET}&a=1", f"GET /x?token={HIDDEN}&a=1"),
        (f"login(password='{SECRET}')", f"login(password='{HIDDEN}')"),
        (f"api_key={SECRET};", f"api_key={HIDDEN};"),
        (f"no amqp://app:{SECRET}@queue/app", f"no amqp://app:{HIDDEN}@queue/app"),
        (f"no redis://:{SECRET}/x@cache", f"no redis://:{HIDDEN}@cache"),
    ],
)
def test_what_looks_like_a_secret_in_a_text_is_hidden(text: str, shown: str) -> None:
    event = redacted(event=text, exception=text, other=ValueError(text))

    assert event["event"] == event["exception"] == shown
    assert SECRET not in str(event)
    assert JWT not in str(event)


def test_what_is_no_secret_is_shown_as_it_is() -> None:
    event = {
        "event": "password changed",
        "user_id": "0190b6a2-0000-7000-8000-000000000000",
        "api_key_id": "7",
        "total_cents": 1999,
        "ratio": 0.5,
        "is_token": True,
        "token": None,
        "url": "https://www.example.com:8000/x",
        "lines": ["Teapot", "Cup"],
    }

    assert redacted(**event) == event


@pytest.mark.parametrize("piece", ["://a:", "eyJaaaaa-", "password=", "bearer ", "eyJaaaaaa.a"])
def test_hostile_text_is_searched_quickly(piece: str) -> None:
    start = time.perf_counter()

    redacted(event=piece * (100_000 // len(piece)))

    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb", "a\\rb"),
        ("a\x00b", "a\\x00b"),
        ("a\x08b\x7f\x9b", "a\\x08b\\x7f\\x9b"),
        ("a\u2028b\u2029c\x85", "a\\u2028b\\u2029c\\x85"),
        ("a\u202eb\u2066", "a\\u202eb\\u2066"),
        ("a\ud800b", "a\\ud800b"),
        ("a\nb", f"a{CONTINUATION}b"),
        ("tab\tand ünïcödé", "tab\tand ünïcödé"),
        (7, 7),
    ],
)
def test_control_characters_are_escaped_and_continued_lines_are_marked(
    value: object, shown: object
) -> None:
    assert on_own_lines(value) == shown


# As long as one, and always the same: it is part of the names of tests.
TOKEN = "Zx9" + "aB3_-" * 8


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "/"),
        ("/products/", "/products/"),
        ("/static-offline-docs/swagger-ui-bundle.js", "/static-offline-docs/swagger-ui-bundle.js"),
        ("/.well-known/jwks.json", "/.well-known/jwks.json"),
        (
            "/orders/0190b6a2-0000-7000-8000-00000000000a/pay",
            "/orders/0190b6a2-0000-7000-8000-00000000000a/pay",
        ),
        ("/users/me?token=abc", "/users/me"),
        ("/users/me?", "/users/me"),
        (f"/reset/{TOKEN}", f"/reset/{HIDDEN}"),
        (f"/{TOKEN}/x/{TOKEN}", f"/{HIDDEN}/x/{HIDDEN}"),
        (f"/{JWT}", f"/{HIDDEN}"),
        ("/correct%20horse%20battery", f"/{HIDDEN}"),
        ("/a b/\x1b[31m/c", f"/{HIDDEN}/{HIDDEN}/c"),
        ("/0190b6a2-0000-7000-8000-00000000000a" + TOKEN, f"/{HIDDEN}"),
    ],
)
def test_of_a_path_only_names_and_ids_are_shown(path: str, shown: str) -> None:
    assert shown_path(path) == shown


def test_paths_are_shortened_in_the_servers_own_records_alone() -> None:
    args = ("127.0.0.1:1", "GET", "/x?token=abc", "1.1", 200)
    own, other = (
        logging.LogRecord(name, logging.INFO, "", 0, "%s %s %s %s %s", args, None)
        for name in ("uvicorn.access", "some.library")
    )

    assert shorten_paths(own)
    assert shorten_paths(other)

    assert own.getMessage() == "127.0.0.1:1 GET /x 1.1 200"
    assert other.args == args
