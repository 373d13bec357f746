"""Hostile values in every place of every operation of a real server, sent by three callers."""

import asyncio
from dataclasses import dataclass, replace

import pytest
from httpx2 import Request, Response

from tests.connection import Connection, connected
from tests.contract import OPERATIONS, keep_contract
from tests.e2e.hostile_cases import Case, cases
from tests.factories import Caller, log_in, make_user
from tests.integration.hostile_requests import check, listed
from tests.integration.world import World, make_world
from tests.server import running_server

# A list that has become empty would find nothing, and say so.
LEAST_REQUESTS = 6_000
LOGOUTS = {"POST /auth/logout", "POST /auth/logout-everywhere"}
# Refused as a whole: what is no JSON, too deep or too long is not read field by field.
UNREAD = {400, 413}


@dataclass
class Identity:
    """Somebody who calls on one connection; without a caller, anonymously."""

    connection: Connection
    world: World
    caller: Caller | None

    @property
    def headers(self) -> dict[bytes, bytes]:
        """Return what a request of this identity carries."""
        own = self.caller.headers if self.caller else {}
        return {name.encode(): value.encode() for name, value in own.items()}

    async def send_all(self) -> int:
        """Send all hostile requests, and a valid one behind those to each operation; count them."""
        sent = 0
        for operation in OPERATIONS:
            for case in cases(operation, self.world):
                self.check(case, await self.send(case))
                sent += 1
            valid = await self.connection.send("GET", b"/users/me", self.headers)
            assert valid.status_code == (200 if self.caller else 401), operation.name
        return sent

    async def send(self, case: Case) -> Response:
        """Send one, and check that the answer is one that the document states."""
        own = {name.encode(): value for name, value in case.headers.items()}
        response = await self.connection.send(
            case.operation.method, case.target.encode(), self.headers | own, case.body
        )
        # The checks look at what was called; the hostile target itself would be no URL.
        url = "http://test" + case.operation.path.format_map(self.world.ids)
        response.request = Request(case.operation.method, url, content=case.body)
        await keep_contract(response)
        if self.caller and response.is_success and case.operation.name in LOGOUTS:
            self.caller = replace(self.caller, tokens=await log_in(self.caller.user))
        return response

    def check(self, case: Case, response: Response) -> None:
        """Check that the answer is of the right kind, and that no error holds a piece of the input."""
        as_admin = self.caller is not None and self.caller.user == self.world.admin.user
        check(response, refused=as_admin and case.refused)
        if as_admin:
            assert case.status in {0, response.status_code}
            if case.fields and response.status_code not in UNREAD:
                assert listed(response) >= case.fields, response.text


async def make_harmless_world() -> World:
    """Make a world whose valid requests neither end a session nor change who the callers are."""
    world, other = await make_world(), await make_user()
    bodies = {
        name: body | {part: "wrong" for part in ("current_password", "token") if part in body}
        for name, body in world.bodies.items()
    }
    return replace(world, ids=world.ids | {"user_id": other.id}, bodies=bodies)


@pytest.mark.usefixtures("committed", "uncovered")
async def test_no_hostile_value_breaks_the_server_its_connection_or_the_next_request() -> None:
    worlds = [await make_harmless_world() for _ in range(3)]
    callers = [None, worlds[1].owner, worlds[2].admin]

    async with (
        running_server(ENVIRONMENT="test", LOG_LEVEL="WARNING") as server,
        connected(server.address) as first,
        connected(server.address) as second,
        connected(server.address) as third,
    ):
        lines = (first, second, third)
        identities = [Identity(*each) for each in zip(lines, worlds, callers, strict=True)]
        sent = await asyncio.gather(*(identity.send_all() for identity in identities))

    assert min(sent) * 3 >= LEAST_REQUESTS, sent
