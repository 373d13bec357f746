"""The catalogue is kept like the supplier's, whatever the supplier answers."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from app.core.enums import JobStatus
from app.integrations.ozon import OzonClient
from app.models.job import Job
from app.services.product_service import product_service
from tests.factories import make_job, make_product, unit_of_work
from tests.integration.calls import read_pages
from tests.integration.job_functions import run_now
from tests.integration.supplier import CUP, POT, Supplier, serving
from tests.integration.upstream_cases import PATIENT
from tests.upstream import answers, is_silent_after


@pytest.fixture
async def supplier(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supplier]:
    """A supplier who offers two products."""
    supplier = Supplier()
    supplier.offer(CUP, POT)
    async with serving(supplier, monkeypatch):
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


async def test_the_next_time_products_are_changed_and_not_doubled_and_keep_their_stock(
    committing_client: AsyncClient, supplier: Supplier
) -> None:
    await sync()
    before = (await catalogue(committing_client))["Teapot"]
    async with unit_of_work() as db:
        await product_service.update_product(db, UUID(before["id"]), {"stock": 7})

    supplier.offer(POT | {"name": "Big teapot", "price": "29.99"})
    await sync()

    products = await catalogue(committing_client)
    after = products["Big teapot"]
    assert set(products) == {"Cup", "Big teapot"}
    assert (after["id"], after["price_cents"], after["stock"]) == (before["id"], 2999, 7)


GARBAGE = {
    "nothing": b"",
    "no JSON": b"<html>",
    "no text": b'{"result": {"items": [], "last_id": "\xff"}}',
    "no list": b'{"result": {"items": null}}',
    "no fields": b'{"result": {"items": [{}]}}',
    "no result": b"{}",
    "surrogate": b'{"result": {"items": [], "last_id": "\\ud800"}}',
    "depth": b"[" * 100_000,
}


@pytest.mark.parametrize("body", GARBAGE.values(), ids=GARBAGE)
async def test_an_answer_that_is_no_catalogue_changes_nothing_and_is_asked_for_again(
    committing_client: AsyncClient, supplier: Supplier, body: bytes
) -> None:
    supplier.instead = answers(body=body)

    job = await sync()

    assert (job.status, job.attempt) == (JobStatus.RETRYING, 1)
    assert (job.error or "").startswith("UpstreamError")
    assert await catalogue(committing_client) == {}


async def test_one_product_that_cannot_be_one_changes_nothing(
    committing_client: AsyncClient, supplier: Supplier
) -> None:
    supplier.offer(CUP, POT | {"price": "-1"})

    job = await sync()

    assert (job.status, await catalogue(committing_client)) == (JobStatus.RETRYING, {})


@pytest.mark.parametrize("status", [500, 503, 429, 401, 302])
async def test_an_answer_of_another_status_changes_nothing_and_is_asked_for_again(
    committing_client: AsyncClient, supplier: Supplier, status: int
) -> None:
    supplier.instead = answers(status)
    job = await sync()
    products = await catalogue(committing_client)

    supplier.instead = None
    done = await run_now(job)

    assert (job.status, products) == (JobStatus.RETRYING, {})
    assert (job.error or "").startswith("UpstreamStatusError")
    assert (done.status, done.attempt) == (JobStatus.DONE, 2)
    assert set(await catalogue(committing_client)) == {"Cup", "Teapot"}


async def test_a_supplier_that_is_silent_is_not_waited_for(
    committing_client: AsyncClient, supplier: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OzonClient, "policy", replace(PATIENT, deadline_seconds=0.3))
    supplier.instead = is_silent_after()

    job = await sync()

    assert (job.status, await catalogue(committing_client)) == (JobStatus.RETRYING, {})
    assert (job.error or "").startswith("UpstreamTimeoutError")


async def test_a_supplier_that_is_away_is_asked_again(
    committed: None, supplier: Supplier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.config.settings.ozon_url", "http://127.0.0.1:9")

    job = await sync()

    assert job.status == JobStatus.RETRYING
    assert "s3cret" not in (job.error or "")


async def test_a_job_without_an_account_at_the_supplier_fails_and_says_what_is_missing(
    committed: None,
) -> None:
    job = await sync()

    assert job.status == JobStatus.FAILED
    assert "OZON_CLIENT_ID" in (job.error or "")
