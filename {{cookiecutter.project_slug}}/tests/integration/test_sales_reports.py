"""A sales report, from the request to its files."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from httpx2 import AsyncClient, Response

from app.core.clock import utc_now
from app.core.enums import JobStatus, Role
from app.tasks.runner import run_job
from tests.factories import Caller, make_caller, make_job, make_order, make_product
from tests.integration.calls import read_pages
from tests.integration.job_functions import run_now
from tests.integration.messages import Message

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TODAY = utc_now().date()
# Midnight may pass while the tests run.
DAYS = {
    "since": (TODAY - timedelta(days=1)).isoformat(),
    "until": (TODAY + timedelta(days=1)).isoformat(),
}


async def sell(client: AsyncClient, buyer: Caller, name: str, quantity: int) -> None:
    """Sell so many pieces of a new product for 19.99 EUR each."""
    order = await make_order(buyer.user, await make_product(name=name), quantity=quantity)
    response = await client.post(f"/orders/{order.id}/pay", headers=buyer.headers)
    assert response.status_code == 200


async def make_report(client: AsyncClient, caller: Caller, days: dict[str, str]) -> dict[str, Any]:
    """Ask for a report, let a worker make it, and return its job."""
    headers = caller.headers | {"Idempotency-Key": "k1"}
    queued = await client.post("/reports/sales", headers=headers, json=days)
    await run_job(UUID(queued.json()["id"]))
    job: dict[str, Any] = (
        await client.get(f"/jobs/{queued.json()['id']}", headers=caller.headers)
    ).json()
    return job


async def download(client: AsyncClient, caller: Caller, job: dict[str, Any], name: str) -> Response:
    return await client.get(f"/jobs/{job['id']}/files/{name}", headers=caller.headers)


async def test_report_holds_what_was_paid_for_and_is_downloaded_as_csv_and_xlsx(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    client, manager, buyer = committing_client, await make_caller(Role.MANAGER), await make_caller()
    await sell(client, buyer, "Teapot", 2)
    await sell(client, buyer, "Cup", 1)
    await make_order(buyer.user, await make_product(name="Not paid for"))

    job = await make_report(client, manager, DAYS)

    assert (job["status"], job["progress"]) == ("done", 100)
    assert job["result"] == {"counts": {"lines": 2}, "files": ["sales.csv", "sales.xlsx"]}
    table = await download(client, manager, job, "sales.csv")
    rows = list(csv.DictReader(StringIO(table.content.decode("utf-8-sig"))))
    assert [(row["product_name"], row["quantity"], row["revenue"]) for row in rows] == [
        ("Cup", "1", "19.99"),
        ("Teapot", "2", "39.98"),
    ]
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.headers["Content-Disposition"] == 'attachment; filename="sales.csv"'
    workbook = await download(client, manager, job, "sales.xlsx")
    assert workbook.headers["Content-Type"] == XLSX
    assert workbook.headers["Content-Disposition"] == 'attachment; filename="sales.xlsx"'
    with ZipFile(BytesIO(workbook.content)) as parts:
        assert b"Teapot" in b"".join(parts.read(name) for name in parts.namelist())


async def test_report_on_days_without_sales_is_an_empty_one(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    client, manager, buyer = committing_client, await make_caller(Role.MANAGER), await make_caller()
    await sell(client, buyer, "Teapot", 1)

    job = await make_report(client, manager, {"since": "2020-01-01", "until": "2020-01-31"})

    table = await download(client, manager, job, "sales.csv")
    assert (job["status"], job["result"]["counts"]) == ("done", {"lines": 0})
    assert len(table.content.splitlines()) == 1


async def test_nobody_but_its_owner_and_admins_gets_a_report(
    committing_client: AsyncClient, messages: list[Message]
) -> None:
    client, manager = committing_client, await make_caller(Role.MANAGER)
    job = await make_report(client, manager, DAYS)

    answers = {
        role: (await download(client, await make_caller(role), job, "sales.csv")).status_code
        for role in Role
    }

    assert answers == {Role.CUSTOMER: 404, Role.MANAGER: 404, Role.ADMIN: 200}


async def test_report_that_cannot_be_made_leaves_no_files(
    committing_client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await make_caller(Role.ADMIN)
    monkeypatch.setattr("app.tasks.reports.as_xlsx", len)
    job = await make_job(admin.user, "generate_report", arguments=DAYS)

    dead = await run_now(job)

    assert (dead.status, dead.progress, dead.result) == (JobStatus.FAILED, 50, None)
    ((letter,),) = await read_pages(committing_client, "/dead-letters/", admin)
    assert letter["id"] == str(job.id)
    assert letter["error"].startswith("TypeError")
