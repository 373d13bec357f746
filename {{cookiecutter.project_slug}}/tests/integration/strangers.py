"""Calls that anyone may make about an address, and addresses of every kind."""

from uuid import uuid4

from tests.factories import PASSWORD, change_user, make_user

KINDS = ("known", "unknown", "inactive", "unverified")
WRONG_PASSWORD = "a wrong password"


def requests_about(email: str) -> dict[str, dict[str, object]]:
    """Return the requests from whose answers nobody may learn whether the address has an account.

    Each is given as the arguments of `AsyncClient.post`.
    """
    return {
        "login": {"url": "/auth/token", "data": {"username": email, "password": WRONG_PASSWORD}},
        "registration": {"url": "/users/register", "json": {"email": email, "password": PASSWORD}},
        "recovery": {"url": "/auth/password-reset/request", "json": {"email": email}},
        "verification": {"url": "/auth/verify-email/request", "json": {"email": email}},
    }


async def make_address(kind: str) -> str:
    """Make an account of this kind, or none, and return its address."""
    if kind == "unknown":
        return f"{uuid4().hex}@example.com"
    user = await make_user()
    if kind == "inactive":
        await change_user(user, is_active=False)
    if kind == "unverified":
        await change_user(user, email_verified=False)
    return user.email
