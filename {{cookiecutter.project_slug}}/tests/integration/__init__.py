"""Tests of the API in one process, on a real database."""
