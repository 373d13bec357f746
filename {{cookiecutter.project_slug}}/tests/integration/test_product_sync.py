"""The catalogue is kept like the supplier's, whatever the supplier answers."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from app.core.enums import JobStatus
from app.models.job import Job
from app.services.product_service import product_service
from tests.factories import make_job, make_product, unit_of_work
from tests.integration.calls import read_pages
from tests.integration.job_functions import run_now
from tests.integration.supplier import CUP, POT, Supplier, serving


@pytest.fixture
async def supplier() -> AsyncIterator[Supplier]:
    """A supplier who offers two products."""
    supplier = Supplier()
    supplier.offer(CUP, POT)
    async with serving(supplier):
        yield supplier


async def sync() -> Job:
    """Let a worker run the job, and return it as it is then."""
    return await run_now(await make_job(name="sync_products"))


async def catalogue(client: AsyncClient) -> dict[str, dict[str, Any]]:
    """Return all products on sale by name."""
    pages = await read_pages(client, "/products/")
    return {product["name"]: product for page in pages for product in page}


async def test_what_the_supplier_offers_is_on_sale(
    committing_client: AsyncClient, supplier: Supplier
) -> None:
    await make_product(name="Our own")

    job = await sync()

    products = await catalogue(committing_client)
    assert (job.status, job.result) == (JobStatus.DONE, {"counts": {"products": 2}, "files": []})
    assert set(products) == {"Our own", "Cup", "Teapot"}
    assert (products["Cup"]["price_cents"], products["Cup"]["stock"]) == (500, 0)
    (request,) = supplier.requests
    assert request.startswith(b"POST /v2/product/list HTTP/1.1\r\n")
    assert b"authorization: bearer s3cret\r\n" in request.lower()


async def test_the_next_time_products_are_changed_and_not_doubled_and_keep_their_stock(
    committing_client: AsyncClient, supplier: Supplier
) -> None:
    await sync()
    before = (await catalogue(committing_client))["Teapot"]
    async with unit_of_work() as db:
        await product_service.update_product(db, UUID(before["id"]), {"stock": 7})

    supplier.offer(POT | {"name": "Big teapot", "price_cents": 2999})
    await sync()

    products = await catalogue(committing_client)
    after = products["Big teapot"]
    assert set(products) == {"Cup", "Big teapot"}
    assert (after["id"], after["price_cents"], after["stock"]) == (before["id"], 2999, 7)


GOOD = b'{"items": [{"id": "1", "name": "Cup", "price_cents": 1, "currency": "EUR"}]}'
GARBAGE = {
    "nothing": b"",
    "no JSON": b"<html>",
    "no text": GOOD.replace(b"Cup", b"\xff"),
    "no list": b'{"items": null}',
    "no fields": b'{"items": [{}]}',
    "NUL": GOOD.replace(b"Cup", b"\\u0000"),
    "surrogate": GOOD.replace(b'"1"', b'"\\ud800"'),
    "price": GOOD.replace(b": 1,", b": -1,"),
    "currency": GOOD.replace(b"EUR", b"XXX"),
    "depth": b"[" * 100_000,
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
async def test_an_answer_that_is_no_catalogue_changes_nothing_and_is_asked_for_again(
    committing_client: AsyncClient, supplier: Supplier, body: bytes
) -> None:
    supplier.body = body

    job = await sync()

    assert (job.status, job.attempt) == (JobStatus.RETRYING, 1)
    assert (job.error or "").startswith("UpstreamError")
    assert await catalogue(committing_client) == {}


@pytest.mark.parametrize(
    "status", ["500 Oops", "503 Busy", "429 Slow down", "401 Who", "302 Elsewhere"]
)
async def test_an_answer_of_another_status_changes_nothing_and_is_asked_for_again(
    committing_client: AsyncClient, supplier: Supplier, status: str
) -> None:
    supplier.status = status
    job = await sync()
    products = await catalogue(committing_client)

    supplier.status = "200 OK"
    done = await run_now(job)

    assert (job.status, products) == (JobStatus.RETRYING, {})
    assert (done.status, done.attempt) == (JobStatus.DONE, 2)
    assert set(await catalogue(committing_client)) == {"Cup", "Teapot"}


async def test_a_supplier_that_is_slow_is_not_waited_for(
    committing_client: AsyncClient, supplier: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.integrations.ozon.TIMEOUT_SECONDS", 0.1)
    supplier.pause_seconds = 1

    job = await sync()

    assert (job.status, await catalogue(committing_client)) == (JobStatus.RETRYING, {})


async def test_a_supplier_that_is_away_is_asked_again(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.config.settings.ozon_url", "http://127.0.0.1:9")

    job = await sync()

    assert job.status == JobStatus.RETRYING
    assert "s3cret" not in (job.error or "")
