"""Measurements and long runs, which `make slow` runs."""
