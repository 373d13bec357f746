"""Structured logs: one JSON object a line in production, readable text in development."""

import logging
import sys

import structlog
from structlog.typing import Processor

from app.config import settings
from app.core.log_safety import escape_controls, redact, shorten_paths

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

# Plain tracebacks: prettier ones print local variables, and with them passwords.
CONSOLE = structlog.dev.ConsoleRenderer(
    colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
)


def configure_logging() -> None:
    """Send the service's own log and that of every library through one formatter to stdout."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderers: list[Processor] = (
        [structlog.processors.JSONRenderer()]
        if settings.environment == "production"
        else [escape_controls, CONSOLE]
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(shorten_paths)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                *renderers,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level, force=True)
    # It would write down every URL that is called, with what is secret in it.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):
        take_over(logging.getLogger(name))


def take_over(logger: logging.Logger) -> None:
    """Let a logger of the server write where all others do, at the level of the settings."""
    # With --no-access-log the server leaves a logger without an outlet, and so it stays.
    logger.propagate = logger.propagate or bool(logger.handlers)
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
