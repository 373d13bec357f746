"""There is always one active admin, whatever twenty requests do at once."""

import asyncio
from collections import Counter

import pytest
from httpx2 import AsyncClient

from app.core.enums import Role
from tests.factories import Caller, make_caller, make_user

DEMOTE, DEACTIVATE = {"role": "manager"}, {"is_active": False}


@pytest.mark.parametrize("changes", [DEMOTE, DEACTIVATE], ids=str)
async def test_last_admin_can_be_neither_demoted_nor_deactivated(
    client: AsyncClient, admin: Caller, changes: dict[str, object]
) -> None:
    url = f"/users/{admin.user.id}"

    response = await client.patch(url, headers=admin.headers, json=changes)

    assert response.status_code == 409
    assert response.json()["code"] == "last_admin"
    account = (await client.get("/users/me", headers=admin.headers)).json()
    assert (account["role"], account["is_active"]) == ("admin", True)


async def test_last_admin_cannot_be_deleted(client: AsyncClient, admin: Caller) -> None:
    response = await client.delete(f"/users/{admin.user.id}", headers=admin.headers)

    assert response.status_code == 409
    assert (await client.get("/users/me", headers=admin.headers)).status_code == 200


async def test_last_admin_may_change_the_own_name(client: AsyncClient, admin: Caller) -> None:
    body = {"full_name": "Ann Lee", "role": "admin", "is_active": True}

    response = await client.patch(f"/users/{admin.user.id}", headers=admin.headers, json=body)

    assert response.status_code == 200
    assert (await client.get("/users/me", headers=admin.headers)).status_code == 200


@pytest.mark.parametrize("way", ["demote", "deactivate", "delete"])
async def test_of_twenty_admins_who_remove_each_other_at_once_one_stays(
    committing_client: AsyncClient, uncovered: None, way: str
) -> None:
    admins = [await make_caller(Role.ADMIN) for _ in range(20)]

    async def remove_next(number: int) -> int:
        url = f"/users/{admins[(number + 1) % 20].user.id}"
        headers = admins[number].headers
        if way == "delete":
            return (await committing_client.delete(url, headers=headers)).status_code
        body = DEMOTE if way == "demote" else DEACTIVATE
        return (await committing_client.patch(url, headers=headers, json=body)).status_code

    statuses = Counter(await asyncio.gather(*map(remove_next, range(20))))

    left = [
        admin
        for admin in admins
        if (await committing_client.get("/users/", headers=admin.headers)).status_code == 200
    ]
    assert len(left) >= 1
    assert set(statuses) <= {200, 204, 401, 403, 404, 409}


@pytest.mark.parametrize("way", ["demote", "delete"])
async def test_twenty_removals_of_two_admins_at_once_leave_one(
    committing_client: AsyncClient, uncovered: None, way: str
) -> None:
    one, other = await make_caller(Role.ADMIN), await make_caller(Role.ADMIN)
    await make_user()

    async def remove(caller: Caller, target: Caller) -> int:
        url = f"/users/{target.user.id}"
        if way == "delete":
            return (await committing_client.delete(url, headers=caller.headers)).status_code
        answer = await committing_client.patch(url, headers=caller.headers, json=DEMOTE)
        return answer.status_code

    pairs = [(one, other), (other, one)] * 10
    await asyncio.gather(*(remove(*pair) for pair in pairs))

    answers = [
        (await committing_client.get("/users/", headers=admin.headers)).status_code
        for admin in (one, other)
    ]
    assert answers.count(200) == 1
