"""Tests of `app/schemas`."""
