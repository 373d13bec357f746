"""Domain errors: each has its HTTP status and a stable code; `core/problems.py` renders them."""

from collections.abc import Mapping
from typing import ClassVar


class AppError(Exception):
    """Something that the caller is told about, as a problem document."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    detail: ClassVar[str] = "The server could not do this."
    headers: Mapping[str, str] = {}
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
    headers: Mapping[str, str] = {"WWW-Authenticate": "Bearer"}


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


class WrongPasswordError(ForbiddenError):
    """The caller is logged in, and did not give the account's password."""

    code = "wrong_password"
    detail = "The current password is not right."


class MissingScopeError(ForbiddenError):
    """The API key is valid, and not made for this."""

    code = "missing_scope"
    detail = "The API key's scopes do not allow this."


class NotFoundError(AppError):
    """There is no such thing, or the caller may not know that there is."""

    status = 404
    code = "not_found"
    detail = "Not found."


class UserNotFoundError(NotFoundError):
    """No user with this id is visible to the caller."""

    code = "user_not_found"
    detail = "User not found."


class SessionNotFoundError(NotFoundError):
    """The caller has no open session with this id."""

    code = "session_not_found"
    detail = "Session not found."


class ApiKeyNotFoundError(NotFoundError):
    """No API key with this id exists."""

    code = "api_key_not_found"
    detail = "API key not found."


class ProductNotFoundError(NotFoundError):
    """No product with this id exists."""

    code = "product_not_found"
    detail = "Product not found."


class OrderNotFoundError(NotFoundError):
    """No order with this id is visible to the caller."""

    code = "order_not_found"
    detail = "Order not found."


class JobNotFoundError(NotFoundError):
    """No job with this id is visible to the caller."""

    code = "job_not_found"
    detail = "Job not found."


class FileNotThereError(NotFoundError):
    """There is no such file, or its job has not made it yet."""

    code = "file_not_found"
    detail = "File not found."


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


class LastAdminError(ConflictError):
    """Without this account nobody could administer the service."""

    code = "last_admin"
    detail = "This is the last active admin; make another one first."


class OutOfStockError(ConflictError):
    """Fewer pieces are left than were ordered."""

    code = "out_of_stock"
    detail = "There is not enough stock for this order."


class OrderStatusError(ConflictError):
    """The order cannot go from where it stands to where the caller wants it."""

    code = "order_status"
    detail = "The order's status does not allow this step."


class JobStatusError(ConflictError):
    """The job has ended, or has not ended yet."""

    code = "job_status"
    detail = "The job's status does not allow this."


class MixedCurrenciesError(AppError):
    """An order is paid at once, so all of its products need one currency."""

    status = 422
    code = "mixed_currencies"
    detail = "All products of an order must have the same currency."


class IdempotencyKeyReusedError(AppError):
    """The key came before, with another body."""

    status = 422
    code = "idempotency_key_reused"
    detail = "This Idempotency-Key was used for another request."


class GuessablePasswordError(AppError):
    """The password is among the first that anybody would try for this account."""

    status = 422
    code = "guessable_password"
    detail = "This password is easy to guess: it is a common one, a pattern, or a name with digits."


class InvalidCursorError(AppError):
    """The cursor was not made by this service, or for another order of the list."""

    status = 400
    code = "invalid_cursor"
    detail = "The cursor is not valid; start again without it."


class InvalidMailTokenError(AppError):
    """The token of a mail is unknown, used, expired, or was replaced by a newer one."""

    status = 400
    code = "invalid_mail_token"
    detail = "The link is not valid any more; ask for a new one."


class BodyTooLargeError(AppError):
    """The body is longer than such a request may have."""

    status = 413
    code = "content_too_large"
    detail = "The body is too long."


class TooManyAttemptsError(AppError):
    """This was tried too often in a short time, from here or by everybody together."""

    status = 429
    code = "too_many_attempts"
    detail = "There were too many attempts; try again later."

    def __init__(self, retry_after_seconds: int) -> None:
        """Take the time after which another attempt may succeed."""
        super().__init__()
        self.headers = {"Retry-After": str(retry_after_seconds)}


class UnavailableError(AppError):
    """The service cannot answer now, and may be asked again."""

    status = 503
    code = "unavailable"
    detail = "The service is not available at the moment; try again."
    headers: Mapping[str, str] = {"Retry-After": "2"}


class DatabaseUnavailableError(UnavailableError):
    """The database is away, overloaded, or slower than the time limits."""

    code = "database_unavailable"


class RequestTimeoutError(UnavailableError):
    """The answer was not ready within the request's time limit."""

    code = "request_timeout"
    detail = "The request took too long; try again."


class ImageRefusedError(AppError):
    """The file is not a picture that is safe to process."""

    status = 422
    code = "image_refused"
    detail = "The picture's file is damaged or incomplete."
