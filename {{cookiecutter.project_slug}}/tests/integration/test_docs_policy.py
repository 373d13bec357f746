"""The pages of the documentation work under their own policy, and nothing else has it."""

import re
from html.parser import HTMLParser

import pytest
from httpx2 import AsyncClient

from tests.contract import check_problem

PAGES = ["/docs", "/docs/oauth2-redirect", "/redoc"]


class SourceFinder(HTMLParser):
    """Collect which kind of thing a page loads from where, as a policy calls both."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag loads or holds."""
        given = dict(attrs)
        if tag == "link":
            kind = "style-src" if given.get("rel") == "stylesheet" else "img-src"
            self.found.add((kind, origin_of(given.get("href"))))
        if tag in {"script", "img"}:
            self.found.add((f"{tag}-src", origin_of(given.get("src"))))
        if tag == "style":
            self.found.add(("style-src", "'unsafe-inline'"))


def origin_of(address: str | None) -> str:
    """Return how a policy calls the place of an address; without one, the page itself."""
    if address is None:
        return "'unsafe-inline'"
    return "'self'" if re.match(r"/(?!/)", address) else address


def directives(policy: str) -> dict[str, set[str]]:
    """Take a policy apart."""
    parts = (directive.split() for directive in policy.split(";"))
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.parametrize("path", PAGES)
async def test_page_may_load_what_it_loads(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    policy = directives(response.headers["Content-Security-Policy"])
    found = SourceFinder(response.text).found
    assert {kind for kind, _ in found} >= {"script-src"}
    assert [(kind, source) for kind, source in found if source not in policy[kind]] == []


async def test_pages_may_do_what_their_scripts_do(client: AsyncClient) -> None:
    styles = (await client.get("/static-offline-docs/swagger-ui.css")).text
    script = (await client.get("/static-offline-docs/redoc.standalone.js")).text
    response = await client.get("/docs")

    policy = directives(response.headers["Content-Security-Policy"])
    assert 'url("data:' in styles or "url(data:" in styles
    assert "new Worker(" in script
    assert {"'self'", "data:"} <= policy["img-src"]
    assert policy["worker-src"] == {"blob:"}
    # The document itself, and the calls that a reader tries out.
    assert policy["connect-src"] == {"'self'"}


@pytest.mark.parametrize("path", PAGES)
async def test_page_may_not_load_anything_from_elsewhere_or_stand_in_a_frame(
    client: AsyncClient, path: str
) -> None:
    response = await client.get(path)

    policy = directives(response.headers["Content-Security-Policy"])
    assert policy["default-src"] == policy["frame-ancestors"] == {"'none'"}
    own = {"'self'", "'unsafe-inline'", "'none'", "data:", "blob:"}
    assert set().union(*policy.values()) <= own
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", ["/openapi.json", "/livez", "/docs/", "/docs/x", "/products/docs"])
async def test_nothing_else_may_run_scripts(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; base-uri 'none'; object-src 'none'")


async def test_files_of_the_pages_can_be_read_and_nothing_else(client: AsyncClient) -> None:
    response = await client.post("/static-offline-docs/swagger-ui.css")

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    check_problem(response)
