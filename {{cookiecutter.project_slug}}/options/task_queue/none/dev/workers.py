"""The modules that run as workers: none, since the API runs jobs itself."""

WORKERS: tuple[str, ...] = ()
