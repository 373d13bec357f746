"""What happens to an account while its password is being checked."""

import pytest
from httpx2 import AsyncClient, Response

from app.core.security import get_password_hash, verify_and_upgrade, verify_password
from tests.factories import PASSWORD, Caller, change_user, make_caller, make_user

OTHER_PASSWORD = "battery staple horse"


async def log_in(client: AsyncClient, email: str, password: str = PASSWORD) -> Response:
    return await client.post("/auth/token", data={"username": email, "password": password})


@pytest.mark.parametrize("change", ["password", "is_active", "email"])
async def test_login_with_what_was_changed_meanwhile_is_401(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    user = await make_user()
    changes: dict[str, dict[str, object]] = {
        "password": {"hashed_password": await get_password_hash(OTHER_PASSWORD)},
        "is_active": {"is_active": False},
        "email": {"email": "new@example.com"},
    }

    async def verify_slowly(plain: str, hashed: str) -> tuple[bool, str | None]:
        answer = await verify_and_upgrade(plain, hashed)
        await change_user(user, **changes[change])
        return answer

    monkeypatch.setattr("app.services.user_service.verify_and_upgrade", verify_slowly)

    response = await log_in(committing_client, user.email)

    assert response.status_code == 401
    assert response.json()["code"] == "invalid_credentials"


async def test_of_two_changes_of_one_password_the_second_knows_an_old_one(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller: Caller = await make_caller()
    hashed = await get_password_hash(OTHER_PASSWORD)

    async def verify_slowly(plain: str, stored: str) -> bool:
        valid = await verify_password(plain, stored)
        await change_user(caller.user, hashed_password=hashed)
        return valid

    monkeypatch.setattr("app.services.account_service.verify_password", verify_slowly)

    body = {"current_password": PASSWORD, "new_password": "the thief's own one"}
    response = await committing_client.post("/users/me/password", headers=caller.headers, json=body)

    assert response.status_code == 403
    monkeypatch.undo()
    assert (await log_in(committing_client, caller.user.email, OTHER_PASSWORD)).status_code == 200
