"""Callers that send hostile requests to a real server, each on one connection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import islice

from httpx2 import Request, Response

from tests.connection import Connection
from tests.contract import OPERATIONS, Operation, check_declared, check_problem
from tests.factories import Caller, make_user, open_session
from tests.hostile_cases import Case, cases
from tests.integration.hostile_requests import check, listed
from tests.integration.world import World, make_world

LOGOUTS = {"POST /auth/logout", "POST /auth/logout-everywhere"}
# Refused as a whole: what is no JSON, too deep or too long is not read field by field.
UNREAD = {400, 413}


async def make_harmless_world() -> World:
    """Make a world whose valid requests neither end a session nor change who the callers are."""
    world, other = await make_world(), await make_user()
    bodies = {
        name: body | {part: "wrong" for part in ("current_password", "token") if part in body}
        for name, body in world.bodies.items()
    }
    return replace(world, ids=world.ids | {"user_id": other.id}, bodies=bodies)


@dataclass
class Identity:
    """Somebody who calls on one connection; without a caller, anonymously."""

    connection: Connection
    world: World
    caller: Caller | None

    @property
    def is_admin(self) -> bool:
        """Tell whether this is the world's admin, whom nothing but the values stops."""
        return self.caller is not None and self.caller.user == self.world.admin.user

    @property
    def headers(self) -> dict[bytes, bytes]:
        """Return what a request of this identity carries."""
        own = self.caller.headers if self.caller else {}
        return {name.encode(): value.encode() for name, value in own.items()}

    async def send_all(
        self, operations: Sequence[Operation] = OPERATIONS, *, every: int = 1
    ) -> int:
        """Send each hostile request, or every so many-th, and return how many that were.

        Behind those to one operation there is a valid request. That each of the others gets its
        answer already tells that the one before it did not cost the connection.
        """
        sent = 0
        for start, operation in enumerate(operations):
            for case in islice(cases(operation, self.world), start % every, None, every):
                self.check(case, await self.send(case))
                sent += 1
            valid = await self.connection.send("GET", b"/users/me", self.headers)
            assert valid.status_code == (200 if self.caller else 401), operation.name
        return sent

    async def send(self, case: Case) -> Response:
        """Send one, and log in again if it was a logout."""
        own = {name.encode(): value for name, value in case.headers.items()}
        response = await self.connection.send(
            case.operation.method, case.target.encode(), self.headers | own, case.body
        )
        # The hostile target would be no URL.
        response.request = Request(case.operation.method, "http://test/", content=case.body)
        if self.caller and response.is_success and case.operation.name in LOGOUTS:
            self.caller = replace(self.caller, tokens=await open_session(self.caller.user))
        return response

    def check(self, case: Case, response: Response) -> None:
        """Check that the answer is stated, of the right kind, and holds no piece of the input."""
        check_declared(case.operation, response)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            check_problem(response)
        check(response, refused=self.is_admin and case.refused)
        if self.is_admin:
            assert case.status in {0, response.status_code}, response.text
            if case.fields and response.status_code not in UNREAD:
                assert listed(response) >= case.fields, response.text
