"""Which function does the job of which name, and which of its errors may pass by themselves."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiosmtplib import SMTPException

from app.core.integration_errors import UpstreamError
from app.tasks.callbacks import CallbackNotDeliveredError, deliver_callback
from app.tasks.emails import send_bulk_emails
from app.tasks.images import process_image
from app.tasks.maintenance import delete_old_jobs
from app.tasks.products import sync_products
from app.tasks.reports import generate_report
from app.tasks.webhooks import process_webhook


@dataclass(frozen=True)
class JobFunction:
    """A function that takes the run and the job's arguments.

    An error of `passing` is followed by another try, as is a database that is away; any other one
    ends the job.
    """

    function: Callable[..., Awaitable[None]]
    passing: tuple[type[Exception], ...] = ()


FUNCTIONS = {
    "send_bulk_emails": JobFunction(send_bulk_emails, passing=(SMTPException,)),
    "generate_report": JobFunction(generate_report),
    "sync_products": JobFunction(sync_products, passing=(UpstreamError,)),
    "process_image": JobFunction(process_image),
    "deliver_callback": JobFunction(deliver_callback, passing=(CallbackNotDeliveredError,)),
    "process_webhook": JobFunction(process_webhook),
    "delete_old_jobs": JobFunction(delete_old_jobs),
}
