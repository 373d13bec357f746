"""Domain errors: each has its HTTP status and a stable code; `core/problems.py` renders them."""

from collections.abc import Mapping
from typing import ClassVar


class AppError(Exception):
    """Something that the caller is told about, as a problem document."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    detail: ClassVar[str] = "The server could not do this."
    headers: ClassVar[Mapping[str, str]] = {}
    keeps_changes: ClassVar[bool] = False
    """True when the transaction is committed although the request fails."""

    def __init__(self, detail: str | None = None) -> None:
        """Take a sentence for the caller, in place of the class's own; never put input into it."""
        self.message = detail or self.detail
        super().__init__(self.message)


class UnauthorizedError(AppError):
    """The caller has not proved who they are."""

    status = 401
    code = "unauthorized"
    detail = "Could not validate credentials."
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class InvalidCredentialsError(UnauthorizedError):
    """Wrong password, unknown account or inactive account: the caller cannot tell which."""

    code = "invalid_credentials"
    detail = "Incorrect email or password."


class InvalidRefreshTokenError(UnauthorizedError):
    """The refresh token is unknown, expired or of an ended session."""

    code = "invalid_refresh_token"
    detail = "The refresh token is not valid; log in again."


class RefreshTokenReusedError(InvalidRefreshTokenError):
    """A refresh token came twice, so one of two holders stole it: the session is over for both."""

    keeps_changes = True


class ForbiddenError(AppError):
    """The caller is known, and may not do this."""

    status = 403
    code = "forbidden"
    detail = "Your role does not allow this."


class NotFoundError(AppError):
    """There is no such thing, or the caller may not know that there is."""

    status = 404
    code = "not_found"
    detail = "Not found."


class UserNotFoundError(NotFoundError):
    """No user with this id is visible to the caller."""

    code = "user_not_found"
    detail = "User not found."


class ProductNotFoundError(NotFoundError):
    """No product with this id exists."""

    code = "product_not_found"
    detail = "Product not found."


class OrderNotFoundError(NotFoundError):
    """No order with this id is visible to the caller."""

    code = "order_not_found"
    detail = "Order not found."


class ConflictError(AppError):
    """The request contradicts what is stored."""

    status = 409
    code = "conflict"
    detail = "This contradicts what is stored already."


class EmailTakenError(ConflictError):
    """An account with this e-mail address exists."""

    code = "email_taken"
    detail = "An account with this e-mail address exists."


class UserHasOrdersError(ConflictError):
    """A user with orders stays, because the orders name them."""

    code = "user_has_orders"
    detail = "A user with orders cannot be deleted; deactivate the account."


class OutOfStockError(ConflictError):
    """Fewer pieces are left than were ordered."""

    code = "out_of_stock"
    detail = "There is not enough stock for this order."


class OrderStatusError(ConflictError):
    """The order cannot go from where it stands to where the caller wants it."""

    code = "order_status"
    detail = "The order's status does not allow this step."


class MixedCurrenciesError(AppError):
    """An order is paid at once, so all of its products need one currency."""

    status = 422
    code = "mixed_currencies"
    detail = "All products of an order must have the same currency."


class IdempotencyKeyReusedError(AppError):
    """The key came before, with another body."""

    status = 422
    code = "idempotency_key_reused"
    detail = "This Idempotency-Key was used for another order."


class InvalidCursorError(AppError):
    """The cursor was not made by this service, or for another order of the list."""

    status = 400
    code = "invalid_cursor"
    detail = "The cursor is not valid; start again without it."


class UnavailableError(AppError):
    """The service cannot answer now, and may be asked again."""

    status = 503
    code = "unavailable"
    detail = "The service is not available at the moment; try again."
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}


class DatabaseUnavailableError(UnavailableError):
    """The database is away, overloaded, or slower than the time limits."""

    code = "database_unavailable"


class RequestTimeoutError(UnavailableError):
    """The answer was not ready within the request's time limit."""

    code = "request_timeout"
    detail = "The request took too long; try again."
