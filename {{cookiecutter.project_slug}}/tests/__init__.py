"""Tests. Importing this package sets up their environment, before the application reads it."""

import os
import secrets

from tests.environment import make_database

os.environ |= {
    "ENV_FILE": "",
    "ENVIRONMENT": "test",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "DOCS_ENABLED": "true",
} | make_database()
