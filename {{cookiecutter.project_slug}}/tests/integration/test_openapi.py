"""The OpenAPI document: what it states is complete, and its pages come from this host alone."""

import re
from html.parser import HTMLParser

import pytest
from httpx2 import AsyncClient, Request, Response

from app.core.problems import MEDIA_TYPE
from tests.contract import DOCUMENT, OPERATIONS, Operation, keep_contract, operation_of

ASSETS = {"script": "src", "link": "href", "img": "src"}
EVERY_OPERATION = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda found: found.name)


class AssetFinder(HTMLParser):
    """Collect the addresses of everything that a page loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the address that the tag loads, if it loads one."""
        address = dict(attrs).get(ASSETS.get(tag, ""))
        if address:
            self.found.append(address)


PROBLEM = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "Not found.",
    "code": "not_found",
    "request_id": "12345678",
}


def answer(path: str, status: int, content: dict[str, object], kind: str = MEDIA_TYPE) -> Response:
    """Make an answer to a GET, whether the service would give it or not."""
    request = Request("GET", f"http://test{path}")
    headers = {"X-Request-ID": "12345678", "Content-Type": kind}
    return Response(status, request=request, headers=headers, json=content)


@EVERY_OPERATION
def test_operation_says_what_it_does_and_declares_problems_alone_as_errors(
    operation: Operation,
) -> None:
    responses = operation.description["responses"]

    assert operation.description["description"]
    assert min(responses) in {"200", "201", "202", "204"}
    for status, response in responses.items():
        assert status < "400" or list(response["content"]) == [MEDIA_TYPE]


@EVERY_OPERATION
def test_operation_that_takes_a_token_declares_401(operation: Operation) -> None:
    declares_401 = "401" in operation.description["responses"]

    # Logging in and refreshing are 401 too, with what they are given instead of a token.
    gives_tokens = operation.path in {"/auth/token", "/auth/refresh"}
    assert declares_401 == (operation.takes_token or gives_tokens)


def test_every_reference_of_the_document_leads_somewhere() -> None:
    references = set(re.findall(r"'#/components/schemas/(\w+)'", str(DOCUMENT)))

    assert references == set(DOCUMENT["components"]["schemas"])


def test_request_is_matched_to_its_operation_as_the_router_does() -> None:
    found = [
        operation_of(Request(method, f"http://test{path}"))
        for method, path in [
            ("GET", "/users/me"),
            ("GET", "/users/1?x=/users/me"),
            ("POST", "/orders/1/pay"),
            ("PUT", "/users/me"),
            ("GET", "/users/1/2"),
        ]
    ]

    assert [operation and operation.name for operation in found] == [
        "GET /users/me",
        "GET /users/{user_id}",
        "POST /orders/{order_id}/pay",
        None,
        None,
    ]


@pytest.mark.parametrize(
    "response",
    [
        answer("/livez", 202, {}),
        answer("/products/", 404, PROBLEM),
        answer("/nowhere", 404, PROBLEM, "application/json"),
        answer("/nowhere", 404, {"detail": "Not Found"}),
        answer("/nowhere", 404, PROBLEM | {"status": 401}),
        answer("/nowhere", 404, PROBLEM | {"request_id": "87654321"}),
    ],
    ids=[
        "status not declared",
        "problem not declared",
        "not a problem by its type",
        "not a whole problem",
        "another status inside",
        "another request id inside",
    ],
)
async def test_answer_that_breaks_the_contract_fails_the_test_that_got_it(
    response: Response,
) -> None:
    await keep_contract(answer("/nowhere", 404, PROBLEM))

    with pytest.raises(AssertionError):
        await keep_contract(response)


async def test_published_document_is_the_checked_one(client: AsyncClient) -> None:
    response = await client.get("/openapi.json")

    assert response.json() == DOCUMENT


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_documentation_loads_everything_from_this_host(
    client: AsyncClient, path: str
) -> None:
    page = await client.get(path)

    addresses = AssetFinder(page.text).found
    assert page.status_code == 200
    assert any(address.endswith(".js") for address in addresses)
    assert not re.search(r"https?:", page.text)
    for address in addresses:
        assert address.startswith("/")
        assert (await client.get(address)).status_code == 200
