"""Reports that take a while."""

from datetime import date
from functools import partial

from app.core.database import in_transaction
from app.services.file_service import FileContent, file_service
from app.services.report_service import report_service
from app.services.sales_report import as_csv
from app.services.sales_workbook import as_xlsx
from app.tasks.run import Run

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def generate_report(run: Run, since: str, until: str) -> None:
    """Make the sales report of these days, as CSV and as XLSX."""
    first, last = date.fromisoformat(since), date.fromisoformat(until)
    lines = await in_transaction(partial(report_service.sales, since=first, until=last))
    await run.checkpoint(20)
    csv = await run.compute(as_csv, lines)
    await run.checkpoint(50)
    xlsx = await run.compute(as_xlsx, lines, f"Sales from {since} to {until}")
    files = {"sales.csv": FileContent(CSV, csv), "sales.xlsx": FileContent(XLSX, xlsx)}
    store = partial(file_service.store, owner_id=run.job.id, files=files)
    await run.finish({"lines": len(lines)}, effect=store, files=sorted(files))
