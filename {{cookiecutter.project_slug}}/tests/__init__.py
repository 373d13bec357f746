"""Tests. Importing this package sets up their environment, before the application reads it."""

import os
import secrets

from tests.environment import make_database
from tests.valkey import choose_redis

os.environ |= (
    {
        "ENV_FILE": "",
        "ENVIRONMENT": "test",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DOCS_ENABLED": "true",
        "VERIFIED_EMAIL_REQUIRED": "false",
        # A machine that is busy with other things must not turn a wait into a 503.
        "LOCK_TIMEOUT_SECONDS": "20",
        "STATEMENT_TIMEOUT_SECONDS": "25",
        "REQUEST_TIMEOUT_SECONDS": "30",
        # All tests call from one address; those of the limits set their own.
        "RATE_LIMIT_ACCOUNT": "100000 per 1 second",
        "RATE_LIMIT_ADDRESS": "100000 per 1 second",
        "RATE_LIMIT_GLOBAL": "100000 per 1 second",
    }
    | make_database()
    | choose_redis()
)
