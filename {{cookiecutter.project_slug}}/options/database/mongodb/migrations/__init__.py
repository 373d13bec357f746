"""Changes of the database, made by `python -m migrations` and never by the service itself."""
