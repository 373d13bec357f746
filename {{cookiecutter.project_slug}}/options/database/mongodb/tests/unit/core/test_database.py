"""Which errors of the database pass by themselves, and the limits that its client keeps."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from app.config import settings
from app.core.database import is_conflict, is_passing, make_client

TRANSIENT = {"errorLabels": ["TransientTransactionError"]}


@pytest.mark.parametrize(
    ("error", "passes", "conflicts"),
    [
        (OperationFailure("WriteConflict", 112, TRANSIENT), False, True),
        (OperationFailure("NoSuchTransaction", 251, TRANSIENT), False, True),
        (OperationFailure("WriteConflict outside a transaction", 112, {}), False, False),
        (AutoReconnect("connection closed", TRANSIENT), True, False),
        (NotPrimaryError("not primary", {"code": 10107, **TRANSIENT}), True, False),
        (NotPrimaryError("not primary", {"code": 10107}), True, False),
        (ServerSelectionTimeoutError("no primary"), True, False),
        (NetworkTimeout("timed out"), True, False),
        (WaitQueueTimeoutError("no connection is free"), True, False),
        (ExecutionTimeout("operation exceeded time limit", 50), True, False),
        (DuplicateKeyError("E11000", 11000), False, False),
        (OperationFailure("Authentication failed", 18), False, False),
        (ConfigurationError("unknown option"), False, False),
        (InvalidOperation("closed"), False, False),
    ],
    ids=repr,
)
def test_an_error_that_passes_and_one_that_is_lost_to_others_are_told_apart(
    error: PyMongoError, passes: bool, conflicts: bool
) -> None:
    assert (is_passing(error), is_conflict(error)) == (passes, conflicts)


@pytest.fixture
async def client() -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    """A client as units of work use it, which has connected to nothing."""
    async with make_client(settings.statement_timeout_seconds) as client:
        yield client


async def test_the_time_limits_and_the_size_of_the_pool_are_those_of_the_settings(
    client: AsyncMongoClient[dict[str, Any]],
) -> None:
    pool = client.options.pool_options

    assert client.options.timeout == settings.statement_timeout_seconds
    assert pool.connect_timeout == settings.lock_timeout_seconds
    assert pool.max_pool_size == settings.database_pool_size


async def test_what_was_read_or_confirmed_is_not_lost_with_one_server(
    client: AsyncMongoClient[dict[str, Any]],
) -> None:
    assert client.read_concern == ReadConcern("majority")
    assert client.write_concern == WriteConcern("majority")
    assert client.options.retry_writes
