"""The caller's address and program, from the connection and the proxies that are trusted."""

import pytest
from starlette.requests import HTTPConnection

from app.config import settings
from app.core.client import client_of

PEER = "198.51.100.7"
CALLER = "203.0.113.5"
PROXY = "192.0.2.10"
SPOOFED = "10.6.6.6"


def connection(
    *forwarded: str, peer: str | None = PEER, headers: tuple[tuple[str, str], ...] = ()
) -> HTTPConnection:
    lines = [*(("x-forwarded-for", value) for value in forwarded), *headers]
    return HTTPConnection(
        {
            "type": "http",
            "client": (peer, 40_000) if peer else None,
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in lines],
        }
    )


def with_proxies(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(settings, "trusted_proxies", count)


@pytest.mark.parametrize(
    "headers",
    [
        (("x-forwarded-for", SPOOFED),),
        (("x-forwarded-for", SPOOFED), ("x-forwarded-for", SPOOFED)),
        (("x-real-ip", SPOOFED),),
        (("forwarded", f"for={SPOOFED}"),),
    ],
)
def test_without_proxies_no_header_changes_the_address(
    monkeypatch: pytest.MonkeyPatch, headers: tuple[tuple[str, str], ...]
) -> None:
    with_proxies(monkeypatch, 0)

    client = client_of(connection(headers=headers))

    assert client.address == PEER


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, [CALLER], CALLER),
        (1, [f"{SPOOFED}, {CALLER}"], CALLER),
        (1, [SPOOFED, CALLER], CALLER),
        (1, [f"{SPOOFED},{SPOOFED}", f"{SPOOFED} ,{CALLER} "], CALLER),
        (2, [f"{CALLER}, {PROXY}"], CALLER),
        (2, [f"{SPOOFED}, {CALLER}, {PROXY}"], CALLER),
        (2, [SPOOFED, CALLER, PROXY], CALLER),
        (2, [f"{SPOOFED}, {CALLER}", PROXY], CALLER),
    ],
)
def test_the_address_is_the_one_that_the_outermost_trusted_proxy_saw(
    monkeypatch: pytest.MonkeyPatch, proxies: int, forwarded: list[str], address: str
) -> None:
    with_proxies(monkeypatch, proxies)

    assert client_of(connection(*forwarded)).address == address


@pytest.mark.parametrize("forwarded", [[], [CALLER]])
def test_with_fewer_addresses_than_proxies_the_leftmost_counts(
    monkeypatch: pytest.MonkeyPatch, forwarded: list[str]
) -> None:
    with_proxies(monkeypatch, 3)

    assert client_of(connection(*forwarded)).address == [*forwarded, PEER][0]


@pytest.mark.parametrize(
    "garbage",
    ["", " ", "unknown", "_hidden", "203.0.113.5.9", "1.2.3", "localhost", "::1::", "[::1", "é",
     "203.0.113.5:", ":80", "[203.0.113.5", "2001:db8::g", "127.1", "0x7f.0.0.1", "%", "%eth0"],
)  # fmt: skip
def test_what_is_no_address_falls_back_to_the_peer(
    monkeypatch: pytest.MonkeyPatch, garbage: str
) -> None:
    with_proxies(monkeypatch, 1)

    assert client_of(connection(f"{SPOOFED}, {garbage}")).address == PEER


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("203.0.113.5:54321", "203.0.113.5"),
        ("2001:DB8:0:0::5", "2001:db8::5"),
        ("[2001:db8::5]", "2001:db8::5"),
        ("[2001:db8::5]:443", "2001:db8::5"),
        ("fe80::5%eth0", "fe80::5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("[::ffff:203.0.113.5]:443", "203.0.113.5"),
    ],
)
def test_an_address_is_written_in_one_form_however_it_was_forwarded(
    monkeypatch: pytest.MonkeyPatch, written: str, address: str
) -> None:
    with_proxies(monkeypatch, 1)

    assert client_of(connection(written)).address == address


@pytest.mark.parametrize(("proxies", "forwarded"), [(0, []), (1, ["unknown"])])
def test_the_peer_of_a_dual_stack_socket_is_written_as_ipv4(
    monkeypatch: pytest.MonkeyPatch, proxies: int, forwarded: list[str]
) -> None:
    with_proxies(monkeypatch, proxies)

    client = client_of(connection(*forwarded, peer="::ffff:203.0.113.5"))

    assert client.address == "203.0.113.5"


def test_a_connection_without_a_peer_has_an_address_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_proxies(monkeypatch, 0)

    assert client_of(connection(peer=None)).address == "unknown"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)"),
        ("one\ttwo\x00three\x1b[31m\x7f\x85\xa0\xad", "onetwothree[31m"),
        ("caf\xe9", "caf\xe9"),
        ("x" * 5_000, "x" * 200),
    ],
)
def test_the_user_agent_is_short_and_printable(sent: str, kept: str) -> None:
    assert client_of(connection(headers=(("user-agent", sent),))).user_agent == kept


def test_without_a_user_agent_it_is_the_empty_text() -> None:
    assert client_of(connection()).user_agent == ""
