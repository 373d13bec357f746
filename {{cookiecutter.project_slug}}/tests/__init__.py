"""Tests. Importing this package sets up their environment, before the application reads it."""

import os
import secrets

from tests.environment import make_database

os.environ |= {
    "ENV_FILE": "",
    "ENVIRONMENT": "test",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "DOCS_ENABLED": "true",
    # A machine that is busy with other things must not turn a wait into a 503.
    "LOCK_TIMEOUT_SECONDS": "20",
    "STATEMENT_TIMEOUT_SECONDS": "25",
    "REQUEST_TIMEOUT_SECONDS": "30",
} | make_database()
