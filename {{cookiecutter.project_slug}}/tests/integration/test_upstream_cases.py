"""Whatever another service does: so many attempts, an error of ours, never one of the library."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.core.integration_errors import UpstreamError, UpstreamTimeoutError
from app.integrations.upstream import upstream_at
from tests.certificates import self_signed
from tests.integration.upstream_cases import CASES, HASTY_TO_CONNECT, PATIENT, Case
from tests.integration.upstreams import ThingsClient, attempts_at
from tests.upstream import answers, is_silent_after, scripted


@pytest.fixture(autouse=True)
async def nothing_known() -> AsyncIterator[None]:
    """Forget all hosts: a port may be another server's the next time."""
    upstream_at.cache_clear()
    yield
    upstream_at.cache_clear()


async def error_of(client: ThingsClient, case: Case) -> UpstreamError | None:
    """Return the error in which a call ends; whatever is no error of ours fails the test."""
    try:
        await client._request(case.method, "/things", idempotency_key=case.key)
    except UpstreamError as error:
        return error
    return None


def test_there_are_enough_cases_with_names_of_their_own() -> None:
    names = {case.name for case in CASES}

    assert len(names) == len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
async def test_what_another_service_does_causes_so_many_attempts_and_this_error(
    case: Case,
) -> None:
    async with scripted(*case.steps) as server:
        client = ThingsClient(server.address, case.policy)
        before = attempts_at(client.host)

        error = await error_of(client, case)

        attempts = attempts_at(client.host) - before
    assert (type(error) if error else None) is case.error
    assert error is None or error.status in {502, 504}
    assert (attempts, len(server.requests)) == (case.attempts, case.attempts)


async def test_a_host_that_refuses_connections_is_asked_three_times() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = ThingsClient(f"http://127.0.0.1:{port}", PATIENT)
    before = attempts_at(client.host)

    error = await error_of(client, Case("refused", (), 3, UpstreamError))

    assert type(error) is UpstreamError
    assert attempts_at(client.host) - before == 3


@pytest.mark.parametrize(
    ("greeting", "attempts"), [(b"HTTP/1.1 400 This is no TLS\r\n\r\n", 3), (b"", 3)]
)
async def test_a_host_that_cannot_speak_tls_is_a_broken_line(
    greeting: bytes, attempts: int
) -> None:
    async with scripted(answers(), greeting=greeting) as server:
        client = ThingsClient(server.address.replace("http", "https"), PATIENT)

        error = await error_of(client, Case("TLS", (), attempts, UpstreamError))

    assert type(error) is UpstreamError
    assert (server.connections, server.requests) == (attempts, [])


async def test_a_host_that_is_silent_in_the_handshake_is_a_timeout() -> None:
    async with scripted(is_silent_after()) as server:
        client = ThingsClient(server.address.replace("http", "https"), HASTY_TO_CONNECT)

        error = await error_of(client, Case("TLS", (), 3, UpstreamTimeoutError))

    assert type(error) is UpstreamTimeoutError
    assert (server.connections, server.requests) == (3, [])


async def test_a_certificate_that_nobody_vouches_for_ends_the_call_and_sees_no_request(
    tmp_path: Path,
) -> None:
    async with scripted(answers(), tls=self_signed(tmp_path)) as server:
        client = ThingsClient(server.address, PATIENT)
        before = attempts_at(client.host)

        error = await error_of(client, Case("TLS", (), 1, UpstreamError))

        attempts = attempts_at(client.host) - before
    assert type(error) is UpstreamError
    assert (attempts, server.requests) == (1, [])


@pytest.mark.parametrize(
    ("path", "key"),
    [("/a\x00b", "k"), ("/things", "k\r\nX-Forged: 1"), ("/things", "\u043a\u043b\u044e\u0447")],
    ids=["path", "header", "alphabet"],
)
async def test_a_request_that_cannot_be_sent_is_an_error_of_ours_after_one_attempt(
    path: str, key: str
) -> None:
    async with scripted(answers()) as server:
        client = ThingsClient(server.address, PATIENT, api_key=key)
        before = attempts_at(client.host)

        with pytest.raises(UpstreamError):
            await client._request("GET", path)

        attempts = attempts_at(client.host) - before
    assert (attempts, server.requests) == (1, [])
