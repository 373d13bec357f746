"""Commands for operators."""

import re
import sys

import pytest
from httpx2 import AsyncClient

from app.cli import parse_arguments, run
from app.core.enums import Role
from tests.factories import PASSWORD, make_user
from tests.process import run_python

PRINTED = re.compile(r"Admin (\S+) made\. Password, shown this once: (\S{20,})\n")


async def type_in(*arguments: str) -> None:
    """Run the command line in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["app.cli", *arguments])
        parsed = parse_arguments()
    await run(parsed)


async def test_create_admin_prints_a_password_that_an_admin_logs_in_with(
    committing_client: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await type_in("create-admin", "Boss@Example.com")

    printed = PRINTED.fullmatch(capsys.readouterr().out)
    assert printed is not None
    assert printed[1] == "boss@example.com"
    form = {"username": printed[1], "password": printed[2]}
    token = (await committing_client.post("/auth/token", data=form)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await committing_client.get("/users/me", headers=headers)).json()["role"] == "admin"


async def test_create_admin_with_a_taken_address_says_so_in_one_line_and_fails(
    committed: None,
) -> None:
    await make_user(email="boss@example.com")

    process = run_python("-m", "app.cli", "create-admin", "boss@example.com")

    assert process.returncode == 1
    assert process.stdout == ""
    assert process.stderr == "An account with this e-mail address exists.\n"


async def test_create_admin_if_none_makes_the_first_admin(
    committed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    await make_user(Role.MANAGER)

    await type_in("create-admin", "--if-none", "boss@example.com")

    assert PRINTED.fullmatch(capsys.readouterr().out)


async def test_create_admin_if_none_does_nothing_when_there_is_an_admin(
    committing_client: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await make_user(Role.ADMIN)

    await type_in("create-admin", "--if-none", "second@example.com")

    assert capsys.readouterr().out == ""
    form = {"username": "second@example.com", "password": PASSWORD}
    assert (await committing_client.post("/auth/token", data=form)).status_code == 401
    assert await make_user(email="second@example.com")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["create-admin", "no address"], "not an e-mail address"),
        (["create-admin"], "required: email"),
        ([], "required: command"),
        (["destroy-everything"], "invalid choice"),
    ],
)
async def test_a_command_line_that_makes_no_sense_is_refused(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_info:
        await type_in(*arguments)

    assert exit_info.value.code == 2
    assert complaint in capsys.readouterr().err
