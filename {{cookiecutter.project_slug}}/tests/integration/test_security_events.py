"""What the log says for whoever looks into an incident."""

import pytest
from httpx2 import AsyncClient

from tests.factories import PASSWORD, Caller, make_user


@pytest.mark.parametrize(
    ("password", "event"), [(PASSWORD, "logged in"), ("a wrong password", "login refused")]
)
async def test_login_leaves_an_event_whichever_way_it_ends(
    client: AsyncClient, caplog: pytest.LogCaptureFixture, password: str, event: str
) -> None:
    user = await make_user()

    await client.post("/auth/token", data={"username": user.email, "password": password})

    assert event in caplog.text
    assert password not in caplog.text


@pytest.mark.parametrize(
    ("path", "event"),
    [("/auth/logout", "logged out"), ("/auth/logout-everywhere", "logged out everywhere")],
)
async def test_logout_leaves_an_event(
    client: AsyncClient, customer: Caller, caplog: pytest.LogCaptureFixture, path: str, event: str
) -> None:
    caplog.clear()

    await client.post(path, headers=customer.headers)

    assert event in caplog.text


async def test_what_a_caller_may_not_do_leaves_an_event(
    client: AsyncClient, customer: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    response = await client.get("/users/", headers=customer.headers)

    assert response.status_code == 403
    assert "forbidden" in caplog.text
