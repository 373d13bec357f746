"""Tests of what this database does in its own way."""
