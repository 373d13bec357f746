"""Which errors of the database pass by themselves."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import AsyncAdaptedQueuePool

from app.config import settings
from app.core.database import engine, is_passing


class ServerError(Exception):
    """An error as asyncpg raises it."""

    def __init__(self, sqlstate: str | None) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "passes"),
    [
        ("08006", True),  # connection_failure
        ("53300", True),  # too_many_connections
        ("53100", True),  # disk_full
        ("57014", True),  # query_canceled, by the statement timeout
        ("57P01", True),  # admin_shutdown
        ("57P03", True),  # cannot_connect_now
        ("55P03", True),  # lock_not_available
        ("40P01", True),  # deadlock_detected
        ("23505", False),  # unique_violation
        ("22003", False),  # numeric_value_out_of_range
        ("42P01", False),  # undefined_table
        ("55000", False),  # object_not_in_prerequisite_state
        ("28P01", False),  # invalid_password
        (None, False),
    ],
)
def test_an_error_that_passes_by_itself_is_known_by_its_sqlstate(
    sqlstate: str | None, passes: bool
) -> None:
    error = DBAPIError("SELECT 1", None, ServerError(sqlstate))

    assert is_passing(error) is passes


def test_a_lost_connection_passes_whatever_the_server_said() -> None:
    error = DBAPIError("SELECT 1", None, ServerError(None), connection_invalidated=True)

    assert is_passing(error)


def test_the_pool_waits_no_longer_than_for_a_lock() -> None:
    assert isinstance(engine.pool, AsyncAdaptedQueuePool)
    assert engine.pool.timeout() == settings.lock_timeout_seconds
    assert engine.pool.size() == settings.database_pool_size


async def test_the_time_limits_of_the_settings_hold_on_each_connection(schema: None) -> None:
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    limits = (
        settings.lock_timeout_seconds,
        settings.statement_timeout_seconds,
        settings.request_timeout_seconds,
    )

    async with engine.connect() as connection:
        shown = [await connection.scalar(text(f"SHOW {name}")) for name in names]

    assert shown == [f"{limit:.0f}s" for limit in limits]
