"""The service, in layers that import downwards only (see docs/architecture.md)."""
