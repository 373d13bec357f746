"""Nothing that a client names leads to an address that is not public: real listeners watch."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from app.config import settings
from app.integrations.callbacks import Answer, callback_client
from tests.integration.certificates import Authority
from tests.integration.names import Names
from tests.integration.receiver import HOST, Receiver, receiving, redirect
from tests.private_targets import ADDRESSES, HOSTS, URLS

PUBLIC = "93.184.216.34"


@pytest.fixture
async def listener(names: Names, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiver]:
    """Listen on this machine, to which no callback may come; http is allowed, to lock no door."""
    monkeypatch.setattr(settings, "callback_http_allowed", True)
    async with receiving(Receiver()) as receiver:
        yield receiver


async def send(url: str) -> Answer:
    """Call an address as a delivery does."""
    return await callback_client.send(url, {"webhook-id": "1"}, b"{}")


@pytest.mark.parametrize("host", HOSTS)
async def test_a_host_in_any_spelling_that_leads_to_this_machine_gets_no_connection(
    listener: Receiver, host: str
) -> None:
    answers = [await send(listener.url(host, scheme)) for scheme in ("http", "https")]

    assert [answer.error for answer in answers] == ["no_public_address"] * 2
    assert listener.connections == 0


@pytest.mark.parametrize("url", URLS)
async def test_an_address_that_is_read_in_two_ways_gets_no_connection(
    listener: Receiver, names: Names, url: str
) -> None:
    names.say(HOST, ["127.0.0.1"])

    answer = await send(url.replace("example.com/", f"example.com:{listener.port}/"))

    assert answer.status is None
    assert listener.connections == 0


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_name_that_stands_for_an_address_that_is_not_public_gets_no_connection(
    listener: Receiver, names: Names, address: str
) -> None:
    names.say(HOST, [address])

    answer = await send(listener.url())

    assert answer.error == "no_public_address"
    assert names.questions == [HOST]
    assert listener.connections == 0


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("is_first", [True, False])
async def test_one_address_that_is_not_public_among_public_ones_is_one_too_many(
    listener: Receiver, names: Names, address: str, *, is_first: bool
) -> None:
    names.say(HOST, [address, PUBLIC] if is_first else [PUBLIC, "2606:4700::1111", address])

    answer = await send(listener.url())

    assert answer.error == "no_public_address"
    assert listener.connections == 0


async def test_a_private_address_behind_many_public_ones_is_found(
    listener: Receiver, names: Names
) -> None:
    names.say(HOST, [*(f"93.184.216.{number}" for number in range(1, 200)), "127.0.0.1"])

    answer = await send(listener.url())

    assert answer.error == "no_public_address"


async def test_a_name_that_stands_for_another_address_a_moment_later_is_asked_for_once(
    receiver: Receiver, names: Names
) -> None:
    names.say(HOST, ["127.0.0.1"], ["10.0.0.1"])

    answer = await send(receiver.url())

    assert (answer.status, names.questions) == (204, [HOST])
    assert len(receiver.requests) == 1


async def test_a_name_that_turns_private_between_two_calls_is_refused_the_second_time(
    receiver: Receiver, names: Names
) -> None:
    names.say(HOST, ["127.0.0.1"], ["::1"])

    answers = [await send(receiver.url()) for _ in range(2)]

    assert [answer.error for answer in answers] == [None, "no_public_address"]
    assert receiver.connections == 1


@pytest.mark.parametrize("addresses", [[], None])
async def test_a_name_without_an_address_cannot_be_told_from_one_with_a_private_one(
    listener: Receiver, names: Names, addresses: list[str] | None
) -> None:
    if addresses is not None:
        names.say(HOST, addresses)
    names.say("inside.example.com", ["10.0.0.1"])

    answers = [await send(listener.url(host)) for host in (HOST, "inside.example.com")]

    assert len({(answer.status, answer.error) for answer in answers}) == 1


async def test_the_next_address_is_tried_when_one_takes_no_connection(
    receiver: Receiver, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks = [ip_network("127.0.0.1"), ip_network("::1")]
    monkeypatch.setattr(settings, "callback_allowed_networks", networks)
    names.say(HOST, ["::1", "127.0.0.1"])
    async with receiving(Receiver(), by_ipv6=False) as only_ipv4:
        answer = await send(only_ipv4.url())

    assert answer.status == 204
    assert only_ipv4.connections == 1


async def test_a_redirect_is_not_followed(receiver: Receiver, names: Names) -> None:
    async with receiving(Receiver()) as inside:
        for status in ("301 Moved", "302 Found", "303 See Other", "307 Same", "308 Same"):
            receiver.steps = [redirect(status, inside.url("127.0.0.1"))]
            answer = await send(receiver.url())
            assert answer.status == int(status[:3])
            assert not answer.is_final

    assert (len(receiver.requests), inside.connections) == (5, 0)


async def test_a_proxy_of_the_environment_is_not_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving(Receiver()) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url("127.0.0.1"))
        answer = await send(receiver.url())

    assert (answer.status, proxy.connections) == (204, 0)


async def test_the_request_names_the_host_and_not_its_address(receiver: Receiver) -> None:
    await send(receiver.url())

    (request,) = receiver.requests
    assert request.line == "POST /done?for=7 HTTP/1.1"
    assert request.headers["host"] == f"{HOST}:{receiver.port}"
    assert "cookie" not in request.headers
    assert "authorization" not in request.headers


@pytest.mark.parametrize(("name", "error"), [(HOST, None), ("other.example.com", "not_connected")])
async def test_the_certificate_has_to_bear_the_hosts_name_and_the_host_is_told_it(
    receiver: Receiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    error: str | None,
) -> None:
    authority, told = Authority(tmp_path), []
    monkeypatch.setattr("app.integrations.guarded.tls_context", authority.client)
    server = authority.server(name)
    server.sni_callback = lambda _, host, __: told.append(host)

    async with receiving(Receiver(), server) as encrypted:
        answer = await send(encrypted.url(scheme="https"))

    assert (answer.error, len(encrypted.requests)) == (error, 0 if error else 1)
    assert told == [HOST]


async def test_a_certificate_that_no_authority_has_signed_is_refused(
    receiver: Receiver, tmp_path: Path
) -> None:
    async with receiving(Receiver(), Authority(tmp_path).server(HOST)) as encrypted:
        answer = await send(encrypted.url(scheme="https"))

    assert (answer.error, encrypted.requests) == ("not_connected", [])
