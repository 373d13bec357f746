"""Tests of one piece at a time, most of them without a database."""
