"""Which hosts and origins may call."""

import pytest

from tests.contract import check_problem
from tests.unit.core.edged import ORIGINS, PAGE, PREFLIGHT, calling


@pytest.mark.parametrize(
    "host",
    [
        *("api.example.com", "api.example.com:8443", "API.example.COM", "a.shop.example.com"),
        *("a.b.shop.example.com", "[::1]:8000"),
    ],
)
async def test_hosts_of_ours_are_served(host: str) -> None:
    async with calling() as client:
        response = await client.get("/", headers={"Host": host})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("example.com", "www.api.example.com", "api.example.com.evil.example", "evil.example"),
        *("shop.example.com", "evilshop.example.com", "api.example.com@evil.example", ""),
        *("api.example.com, evil.example", "[::2]", "127.0.0.1", "api.example.com/x"),
    ],
)
async def test_other_hosts_are_refused_with_a_problem_that_does_not_name_them(host: str) -> None:
    async with calling() as client:
        response = await client.get("/", headers={"Host": host})

    assert response.status_code == 400
    assert response.json()["code"] == "bad_request"
    assert not host or host not in response.text
    check_problem(response)


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
async def test_probes_are_answered_for_any_host(path: str) -> None:
    async with calling() as client:
        response = await client.get(path, headers={"Host": "10.1.2.3:8000"})

    assert response.status_code == 200


async def test_without_configured_hosts_any_will_do() -> None:
    async with calling("anything.example", allowed_hosts=[]) as client:
        response = await client.get("/")

    assert response.status_code == 200


async def test_host_without_www_is_not_redirected_to_the_one_with_it() -> None:
    async with calling("example.com", allowed_hosts=["www.example.com"]) as client:
        response = await client.get("/")

    assert response.status_code == 400


@pytest.mark.parametrize("origin", ORIGINS)
async def test_configured_origin_is_allowed_by_name_and_with_credentials(origin: str) -> None:
    async with calling() as client:
        answered = await client.get("/", headers={"Origin": origin})
        preflight = await client.options("/", headers=PREFLIGHT | {"Origin": origin})

    for response in (answered, preflight):
        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Origin"] == origin
        assert response.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in response.headers["Vary"]
    assert "X-Request-ID" in answered.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "null", "https://www.example.com.evil.example", "*", ""),
        *("http://www.example.com", "https://www.example.com:444", "https://www.example.com/"),
        *("HTTPS://WWW.EXAMPLE.COM", "https://example.com", "https://wwwxexample.com"),
    ],
)
async def test_any_other_origin_is_not_allowed_anything(origin: str) -> None:
    async with calling() as client:
        answered = await client.get("/", headers={"Origin": origin})
        preflight = await client.options("/", headers=PREFLIGHT | {"Origin": origin})

    assert "Access-Control-Allow-Origin" not in answered.headers
    assert "Access-Control-Allow-Origin" not in preflight.headers
    assert preflight.status_code == 400
    check_problem(preflight)


@pytest.mark.parametrize(
    "wanted",
    [
        {"Access-Control-Request-Method": "TRACE"},
        {"Access-Control-Request-Headers": "X-Anything"},
        {"Access-Control-Request-Private-Network": "true"},
    ],
)
async def test_preflight_for_what_no_call_takes_is_refused(wanted: dict[str, str]) -> None:
    async with calling() as client:
        response = await client.options("/", headers=PREFLIGHT | wanted)

    assert response.status_code == 400
    check_problem(response)


async def test_preflight_for_what_calls_take_is_granted() -> None:
    wanted = "authorization,content-type,idempotency-key,x-api-key,x-request-id"

    async with calling() as client:
        headers = PREFLIGHT | {"Access-Control-Request-Headers": wanted}
        response = await client.options("/", headers=headers)

    assert response.status_code == 200


async def test_without_configured_origins_no_answer_speaks_of_them() -> None:
    async with calling(cors_origins=[]) as client:
        answered = await client.get("/", headers={"Origin": PAGE})
        preflight = await client.options("/", headers=PREFLIGHT)

    assert answered.status_code == 200
    assert preflight.status_code == 405
    for response in (answered, preflight):
        assert not [name for name in response.headers if name.startswith("access-control")]
