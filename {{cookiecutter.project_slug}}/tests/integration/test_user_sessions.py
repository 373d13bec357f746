"""The list of one's own sessions, and ending them."""

from httpx2 import AsyncClient

from app.core.ids import new_id
from tests.factories import PASSWORD, Caller, make_caller, open_session
from tests.integration.calls import read_pages

FIELDS = {
    "id",
    "created_at",
    "last_used_at",
    "expires_at",
    "user_agent",
    "address",
    "is_current",
}


async def refresh_status(client: AsyncClient, token: str) -> int:
    return (await client.post("/auth/refresh", json={"refresh_token": token})).status_code


async def test_users_list_their_own_open_sessions_and_see_which_is_this_one(
    client: AsyncClient, customer: Caller
) -> None:
    await make_caller()
    ended = Caller(customer.user, await open_session(customer.user))
    await client.post("/auth/logout", headers=ended.headers)
    form = {"username": customer.user.email, "password": PASSWORD}
    await client.post("/auth/token", data=form, headers={"User-Agent": "Phone\t1.0"})

    pages = await read_pages(client, "/users/me/sessions", customer, limit=1)

    ((phone,), (first,)) = pages
    assert set(phone) == FIELDS
    assert (phone["is_current"], first["is_current"]) == (False, True)
    assert phone["user_agent"].startswith("Phone")
    assert phone["address"] == "127.0.0.1"


async def test_refresh_shows_when_a_session_was_used_last(
    client: AsyncClient, customer: Caller
) -> None:
    await client.post("/auth/refresh", json={"refresh_token": customer.tokens.refresh_token})

    (session,) = (await client.get("/users/me/sessions", headers=customer.headers)).json()["items"]

    assert session["last_used_at"] > session["created_at"]


async def test_ended_session_is_over_at_once_and_the_others_go_on(
    client: AsyncClient, customer: Caller
) -> None:
    elsewhere = Caller(customer.user, await open_session(customer.user))
    listed = (await client.get("/users/me/sessions", headers=elsewhere.headers)).json()["items"]
    (first,) = [session["id"] for session in listed if not session["is_current"]]

    response = await client.delete(f"/users/me/sessions/{first}", headers=elsewhere.headers)

    assert response.status_code == 204
    assert (await client.get("/users/me", headers=customer.headers)).status_code == 401
    assert await refresh_status(client, customer.tokens.refresh_token) == 401
    assert (await client.get("/users/me", headers=elsewhere.headers)).status_code == 200
    again = await client.delete(f"/users/me/sessions/{first}", headers=elsewhere.headers)
    assert again.status_code == 404


async def test_session_of_somebody_else_looks_like_one_that_does_not_exist(
    client: AsyncClient, customer: Caller
) -> None:
    other = await make_caller()
    listed = (await client.get("/users/me/sessions", headers=other.headers)).json()["items"]
    headers = customer.headers | {"X-Request-ID": "same-every-time"}

    theirs = await client.delete(f"/users/me/sessions/{listed[0]['id']}", headers=headers)
    missing = await client.delete(f"/users/me/sessions/{new_id()}", headers=headers)

    assert theirs.status_code == 404
    assert theirs.content == missing.content
    assert (await client.get("/users/me", headers=other.headers)).status_code == 200


async def test_logout_everywhere_ends_all_sessions_at_once(
    client: AsyncClient, customer: Caller
) -> None:
    elsewhere, other = Caller(customer.user, await open_session(customer.user)), await make_caller()

    response = await client.post("/auth/logout-everywhere", headers=customer.headers)

    assert response.status_code == 204
    for caller in (customer, elsewhere):
        assert (await client.get("/users/me", headers=caller.headers)).status_code == 401
        assert await refresh_status(client, caller.tokens.refresh_token) == 401
    assert (await client.get("/users/me", headers=other.headers)).status_code == 200
