"""What errors of HTTP mean: for the caller, for another attempt, and about the other side."""

import ssl

from httpx2 import (
    DecodingError,
    HTTPError,
    InvalidURL,
    LocalProtocolError,
    PoolTimeout,
    TimeoutException,
    UnsupportedProtocol,
)

from app.core.clock import utc_now
from app.core.integration_errors import UpstreamError, UpstreamStatusError, UpstreamTimeoutError
from app.integrations.answers import AnswerTooLongError, BadStatusError
from app.integrations.policy import Policy
from app.integrations.retry_after import read_retry_after
from app.integrations.verdict import Verdict

SERVER_ERRORS = 500


def judge_http(error: Exception, policy: Policy) -> Verdict | None:
    """Say what an error means; None for one that is neither HTTP's nor the answer's."""
    match error:
        case BadStatusError():
            return judge_status(error, policy)
        case AnswerTooLongError():
            return Verdict("too_long", UpstreamError())
        # Not JSON, or JSON of another kind; pydantic's errors are ValueErrors, too.
        case ValueError() | DecodingError():
            return Verdict("garbage", UpstreamError())
        # The request was not sent, and never can be.
        case LocalProtocolError() | UnsupportedProtocol() | InvalidURL():
            return Verdict("not_sent", UpstreamError(), is_ill=None)
        case HTTPError():
            return judge_connection(error)
    return None


def judge_connection(error: HTTPError) -> Verdict:
    """Say what it means that no answer came, or not all of it."""
    if isinstance(error, TimeoutException):
        # Of the pool: others hold all connections, which tells nothing of the other side.
        is_ill = None if isinstance(error, PoolTimeout) else True
        return Verdict("timeout", UpstreamTimeoutError(), may_pass=True, is_ill=is_ill)
    may_pass = not is_untrusted(error)
    return Verdict("connection", UpstreamError(), may_pass=may_pass, is_ill=True)


def judge_status(error: BadStatusError, policy: Policy) -> Verdict:
    """Say what a status means."""
    return Verdict(
        str(error.status),
        UpstreamStatusError(error.status),
        may_pass=error.status in policy.repeated_statuses,
        is_ill=error.status >= SERVER_ERRORS,
        retry_after_seconds=read_retry_after(error.retry_after, utc_now()),
    )


def is_untrusted(error: BaseException | None) -> bool:
    """Tell whether the other side has a certificate that does not hold: no try changes that."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
