"""Opening an account of one's own."""

import pytest
from httpx2 import AsyncClient

from tests.factories import PASSWORD
from tests.integration.calls import ACCOUNT_FIELDS

ACCOUNT = {"email": "ann@example.com", "password": PASSWORD}


async def test_registration_opens_an_account_that_can_log_in(client: AsyncClient) -> None:
    body = ACCOUNT | {"email": "Ann@Example.com", "full_name": "  Ann Lee "}

    response = await client.post("/users/register", json=body)

    assert response.status_code == 201
    account = response.json()
    assert set(account) == ACCOUNT_FIELDS
    assert account["email"] == "ann@example.com"
    assert account["full_name"] == "Ann Lee"
    assert account["role"] == "customer"
    assert account["is_active"] is True
    form = {"username": "ann@example.com", "password": PASSWORD}
    assert (await client.post("/auth/token", data=form)).status_code == 200


@pytest.mark.parametrize("email", ["ann@example.com", "ANN@EXAMPLE.COM"])
async def test_second_registration_of_an_address_is_409(client: AsyncClient, email: str) -> None:
    await client.post("/users/register", json=ACCOUNT)

    response = await client.post("/users/register", json=ACCOUNT | {"email": email})

    assert response.status_code == 409
    assert response.json()["code"] == "email_taken"


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "admin"},
        {"is_active": "true"},
        {"password": "too short"},
        {"email": "no address"},
        {"full_name": "two\nlines"},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_registration_with_a_field_that_does_not_fit_is_422(
    client: AsyncClient, fields: dict[str, str]
) -> None:
    response = await client.post("/users/register", json=ACCOUNT | fields)

    assert response.status_code == 422
