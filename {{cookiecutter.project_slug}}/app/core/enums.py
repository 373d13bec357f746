"""Words that both the database and the API speak."""

from enum import StrEnum


class Role(StrEnum):
    """What a user may do; each role may also do what the ones before it may."""

    CUSTOMER = "customer"
    MANAGER = "manager"
    ADMIN = "admin"


STAFF = frozenset({Role.MANAGER, Role.ADMIN})


class Scope(StrEnum):
    """What an API key may be used for; its owner's role limits it further."""

    PRODUCTS_WRITE = "products:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"


class MailTokenPurpose(StrEnum):
    """What the reader of a mail may do with the token in it."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a purpose


class OrderStatus(StrEnum):
    """Where an order stands; `order_service` says which steps are allowed."""

    PENDING = "pending"
    PAID = "paid"
    CANCELLED = "cancelled"


class JobStatus(StrEnum):
    """Where a job stands; `failed` is final until an admin runs it again."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    FAILED = "failed"
    DONE = "done"
    CANCELLED = "cancelled"


WAITING = frozenset({JobStatus.QUEUED, JobStatus.RETRYING})
UNFINISHED = WAITING | {JobStatus.RUNNING}


class CallbackStatus(StrEnum):
    """Where a callback stands; an ended one may be sent again, and is pending then."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookStatus(StrEnum):
    """What became of a message that somebody sent."""

    RECEIVED = "received"
    DONE = "done"
    SUPERSEDED = "superseded"
    """A newer one about the same thing came before it."""
    UNKNOWN = "unknown"
    """Nothing here handles its type."""
    FAILED = "failed"


class Currency(StrEnum):
    """Currencies that the service sells in, by ISO 4217 code; to offer another, add its line."""

    EUR = "EUR"
    USD = "USD"
    GBP = "GBP"
    CHF = "CHF"
    RUB = "RUB"
    JPY = "JPY"


class ProductSort(StrEnum):
    """Orders in which products are listed; a leading minus means descending."""

    NEWEST = "-created_at"
    OLDEST = "created_at"
    NAME = "name"
    NAME_DESCENDING = "-name"
    PRICE = "price_cents"
    PRICE_DESCENDING = "-price_cents"


class ImageSize(StrEnum):
    """Sizes in which there is a product's picture; `services/images.py` has their pixels."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
