"""Tables. Importing this package registers all of them, which migrations rely on."""

from app.models.api_key import ApiKey
from app.models.callback import CallbackDelivery, CallbackSecret
from app.models.file import File
from app.models.job import Job
from app.models.mail_token import MailToken
from app.models.order import Order, OrderLine
from app.models.product import Product
from app.models.session import RefreshToken, UserSession
from app.models.user import User
from app.models.webhook import WebhookEvent, WebhookSubject

__all__ = [
    "ApiKey",
    "CallbackDelivery",
    "CallbackSecret",
    "File",
    "Job",
    "MailToken",
    "Order",
    "OrderLine",
    "Product",
    "RefreshToken",
    "User",
    "UserSession",
    "WebhookEvent",
    "WebhookSubject",
]
