"""Reports that take a while."""

from datetime import date
from functools import partial

from app.core.database import DbSession, in_transaction
from app.services.callback_service import callback_service
from app.services.file_service import FileContent, file_service
from app.services.report_service import report_service
from app.services.sales_report import as_csv
from app.services.sales_workbook import as_xlsx
from app.tasks.run import Run

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def generate_report(
    run: Run, since: str, until: str, callback_url: str | None = None
) -> None:
    """Make the sales report of these days, as CSV and as XLSX, and call who wants to know."""
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    lines = await in_transaction(partial(report_service.sales, since=first, until=last))
    await run.checkpoint(20)
    csv = await run.compute(as_csv, lines)
    await run.checkpoint(50)
    xlsx = await run.compute(as_xlsx, lines, f"Sales from {since} to {until}")
    files = {"sales.csv": FileContent(CSV, csv), "sales.xlsx": FileContent(XLSX, xlsx)}

    async def store_and_announce(db: DbSession) -> None:
        await file_service.store(db, run.job.id, files)
        if callback_url is not None:
            await callback_service.announce(db, run.job, callback_url, sorted(files))

    await run.finish({"lines": len(lines)}, effect=store_and_announce, files=sorted(files))
