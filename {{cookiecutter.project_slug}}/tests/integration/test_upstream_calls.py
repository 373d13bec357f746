"""What goes over the wire to another service, and what is kept from one call to the next."""

import asyncio
import gzip
import threading
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import structlog
from pydantic import BaseModel

from app.core.integration_errors import UpstreamError, UpstreamStatusError, UpstreamUnavailableError
from app.integrations.connections import clients, close_connections, connection
from app.integrations.metrics import CALLS
from app.integrations.policy import DEFAULT
from app.integrations.upstream import upstream_at
from tests.integration.upstream_cases import PATIENT
from tests.integration.upstreams import ThingsClient, counted
from tests.metrics import shown
from tests.upstream import ScriptedServer, answers, answers_json, is_silent_after, scripted


class Thing(BaseModel):
    """What the other service has."""

    id: int


@pytest.fixture(autouse=True)
async def nothing_known() -> AsyncIterator[None]:
    """Forget all hosts: a port may be another server's the next time."""
    upstream_at.cache_clear()
    yield
    upstream_at.cache_clear()


def client_of(server: ScriptedServer, api_key: str | None = None) -> ThingsClient:
    """Return a client for a server."""
    return ThingsClient(server.address, PATIENT, api_key)


async def test_a_request_arrives_with_its_parameters_its_body_and_its_key() -> None:
    async with scripted(answers_json({"id": 7})) as server:
        client = client_of(server, api_key="s3cret")

        answer = await client._request(
            "POST", "/things", json={"name": "\u0447\u0430\u0439"}, params={"q": "a b&c"}
        )

    (request,) = server.requests
    assert answer == {"id": 7}
    assert (request.method, request.path) == ("POST", "/things?q=a+b%26c")
    assert request.json() == {"name": "\u0447\u0430\u0439"}
    assert request.headers["authorization"] == "Bearer s3cret"


async def test_an_answer_becomes_a_model_or_an_error() -> None:
    async with scripted(answers_json({"id": 7}), answers_json({"id": "seven"})) as server:
        thing = await client_of(server)._fetch(Thing, "GET", "/things/7")

        with pytest.raises(UpstreamError):
            await client_of(server)._fetch(Thing, "GET", "/things/7")

        assert counted(CALLS, client_of(server).host) == {"ok": 1, "garbage": 1}
    assert thing == Thing(id=7)


async def test_a_client_may_know_better_what_a_status_means() -> None:
    async with scripted(answers(404)) as server:
        with pytest.raises(UpstreamStatusError) as raised:
            await client_of(server)._request("GET", "/things/7")

    assert raised.value.upstream_status == 404
    assert (raised.value.status, raised.value.code) == (502, "upstream_status")


async def test_a_bug_of_ours_is_no_failure_of_the_other_side() -> None:
    async with scripted(answers()) as server:
        with pytest.raises(TypeError):
            await client_of(server)._request("GET", "/things", jason={"n": 1})

        assert counted(CALLS, client_of(server).host) == {"error": 1}
    assert server.requests == []


async def test_each_attempt_has_the_same_key_the_same_body_and_the_same_request_id() -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    names = {"request_id": "request-1", "traceparent": trace, "user_id": "u-1"}
    async with scripted(answers(503), answers(503), answers()) as server:
        with structlog.contextvars.bound_contextvars(**names):
            await client_of(server)._request(
                "POST", "/things", json={"n": 1}, idempotency_key="key-1"
            )

    sent = [
        (
            request.headers["idempotency-key"],
            request.json(),
            request.headers["x-request-id"],
            request.headers["traceparent"],
        )
        for request in server.requests
    ]
    assert sent == [("key-1", {"n": 1}, "request-1", trace)] * 3
    assert "u-1" not in str(server.requests)


async def test_without_a_request_and_a_key_no_header_speaks_of_them() -> None:
    async with scripted(answers()) as server:
        await client_of(server)._request("GET", "/things")

    names = {"x-request-id", "traceparent", "idempotency-key", "authorization"}
    assert names.isdisjoint(server.requests[0].headers)


async def test_retry_after_is_obeyed() -> None:
    async with scripted(answers(429, "Retry-After: 1"), answers()) as server:
        await client_of(server)._request("GET", "/things")

    first, second = server.requests
    assert second.at - first.at >= 1


async def test_calls_share_a_connection() -> None:
    async with scripted(answers()) as server:
        for _ in range(5):
            await client_of(server)._request("GET", "/things")

    assert (len(server.requests), server.connections) == (5, 1)


async def test_a_cookie_from_one_answer_does_not_go_out_with_the_next_call() -> None:
    async with scripted(answers(200, "Set-Cookie: session=of-somebody")) as server:
        await client_of(server)._request("GET", "/things")
        await client_of(server)._request("GET", "/things")

    assert "cookie" not in server.requests[1].headers


async def test_a_redirect_takes_the_key_nowhere() -> None:
    async with scripted(answers()) as elsewhere:
        location = f"Location: {elsewhere.address}/things"
        async with scripted(answers(307, location)) as server:
            with pytest.raises(UpstreamStatusError):
                await client_of(server, api_key="s3cret")._request("GET", "/things")

    assert elsewhere.requests == []


async def test_a_bomb_takes_no_more_memory_than_an_answer_may_have() -> None:
    bomb = answers(200, "Content-Encoding: gzip", body=gzip.compress(b" " * 67_108_864))
    async with scripted(bomb) as server:
        client = ThingsClient(server.address, replace(PATIENT, max_answer_bytes=1_048_576))
        tracemalloc.start()
        with pytest.raises(UpstreamError):
            await client._request("GET", "/things")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 16_777_216


async def test_each_event_loop_has_connections_of_its_own_and_closes_them_itself() -> None:
    host = "127.0.0.1:9"

    async def connect_and_close() -> tuple[bool, bool]:
        client = connection(host, DEFAULT)
        is_kept = connection(host, DEFAULT) is client
        await close_connections()
        return is_kept, client.is_closed

    ours = connection(host, DEFAULT)
    theirs = await asyncio.to_thread(asyncio.run, connect_and_close())

    assert theirs == (True, True)
    assert not ours.is_closed
    await close_connections()
    assert ours.is_closed
    assert clients.take() is None


async def test_a_client_works_on_an_event_loop_that_turns_in_a_thread() -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def call_and_close(client: ThingsClient) -> object:
        try:
            return await client._request("GET", "/things")
        finally:
            await close_connections()

    async with scripted(answers()) as server:
        client = client_of(server)
        await client._request("GET", "/things")
        far = asyncio.run_coroutine_threadsafe(call_and_close(client), loop)
        answer = await asyncio.wrap_future(far)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()

    assert (answer, server.connections) == ({"id": 1}, 2)


async def test_a_host_that_is_down_is_not_asked_and_the_metrics_show_it() -> None:
    policy = replace(PATIENT, breaker_attempts=4)
    async with scripted(answers(500)) as server:
        client = ThingsClient(server.address, policy)
        for _ in range(4):
            with pytest.raises(UpstreamStatusError):
                await client._request("GET", "/things")

        with pytest.raises(UpstreamUnavailableError) as refused:
            await client._request("GET", "/things")

        assert refused.value.headers["Retry-After"] == "5"
        assert len(server.requests) == 4
        assert counted(CALLS, client.host) == {"500": 4, "refused": 1}
        assert shown("upstream_breaker_state", host=client.host) == 2
        assert shown("upstream_call_seconds_count", host=client.host) == 5


async def test_refusals_and_a_wish_for_less_do_not_make_a_host_one_that_is_down() -> None:
    policy = replace(PATIENT, breaker_attempts=2, max_attempts=1)
    async with scripted(answers(404), answers(429), answers(401), answers()) as server:
        client = ThingsClient(server.address, policy)
        for _ in range(3):
            with pytest.raises(UpstreamStatusError):
                await client._request("GET", "/things")

        answer = await client._request("GET", "/things")

        assert answer == {"id": 1}
        assert shown("upstream_breaker_state", host=client.host) == 0


async def test_a_call_that_is_cancelled_leaves_its_place_to_others() -> None:
    policy = replace(PATIENT, concurrency=1)
    async with scripted(is_silent_after(), answers()) as server:
        client = ThingsClient(server.address, policy)
        call = asyncio.create_task(client._request("GET", "/things"))
        async with asyncio.timeout(30):
            while not server.requests:  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.005)

        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

        assert await client._request("GET", "/things") == {"id": 1}


async def test_two_clients_of_one_host_share_what_is_known_of_it() -> None:
    async with scripted(answers()) as server:
        one, other = client_of(server), client_of(server, api_key="k")

        assert upstream_at(one.host, one.policy) is upstream_at(other.host, other.policy)
        assert connection(one.host, one.policy) is connection(other.host, other.policy)


def test_a_name_and_a_password_in_an_address_are_in_no_metric() -> None:
    client = ThingsClient("https://user:s3cret@api.example.com:8443/v1", PATIENT)

    assert client.host == "api.example.com:8443"
