"""Strangers learn from no answer who has an account; `make slow` measures how long they take."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from app.config import settings
from app.core import security
from app.integrations.mail import Mail
from tests.factories import PASSWORD
from tests.integration.strangers import KINDS, make_address, requests_about

# Many requests along few paths, which other tests cover.
pytestmark = pytest.mark.usefixtures("uncovered")

CALLS = list(requests_about(""))


@pytest.mark.parametrize("call", CALLS)
async def test_answer_is_the_same_byte_for_byte_whoever_has_the_address(
    client: AsyncClient, outbox: list[Mail], call: str
) -> None:
    answers = {}

    for kind in KINDS:
        request: dict[str, Any] = requests_about(await make_address(kind))[call]
        response = await client.post(**request, headers={"X-Request-ID": "same-every-time"})
        answers[kind] = (response.status_code, response.content, response.headers.multi_items())

    assert all(answer == answers["unknown"] for answer in answers.values())


@pytest.mark.parametrize("kind", ["inactive", "unverified"])
async def test_right_password_of_an_account_that_may_not_log_in_looks_wrong(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(settings, "verified_email_required", True)
    headers = {"X-Request-ID": "same-every-time"}
    email = await make_address(kind)

    right, wrong = [
        await client.post(
            "/auth/token", data={"username": email, "password": password}, headers=headers
        )
        for password in (PASSWORD, "a wrong password")
    ]

    assert right.status_code == 401
    assert right.content == wrong.content


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("call", "hashes"), [("login", 1), ("registration", 1), ("recovery", 0), ("verification", 0)]
)
async def test_as_many_passwords_are_hashed_whoever_has_the_address(
    client: AsyncClient,
    outbox: list[Mail],
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    hashes: int,
    kind: str,
) -> None:
    request: dict[str, Any] = requests_about(await make_address(kind))[call]
    work: list[str] = []
    hash_one, verify_one = security.get_password_hash, security.verify_and_upgrade

    async def count_hash(password: str) -> str:
        work.append("hash")
        return await hash_one(password)

    async def count_verify(plain: str, hashed: str) -> tuple[bool, str | None]:
        work.append("verify")
        return await verify_one(plain, hashed)

    monkeypatch.setattr("app.services.registration_service.get_password_hash", count_hash)
    monkeypatch.setattr("app.services.user_service.verify_and_upgrade", count_verify)

    await client.post(**request)

    assert len(work) == hashes
