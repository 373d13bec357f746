"""The rules of the business. Nothing here knows HTTP or SQL."""
