"""What stands around the application, from the outside to the inside."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Receive, Scope, Send

from app.config import Settings
from app.core.bare_errors import BareErrorMiddleware
from app.core.bodies import BodySizesMiddleware, JsonDepthMiddleware
from app.core.middleware import (
    LastResortMiddleware,
    RequestIdMiddleware,
    RequestTimeoutMiddleware,
)
from app.core.security_headers import SecurityHeadersMiddleware

PROBES = ("/livez", "/readyz")

CORS_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
CORS_REQUEST_HEADERS = ("Authorization", "Idempotency-Key", "X-API-Key", "X-Request-ID")
CORS_ANSWER_HEADERS = ("Retry-After", "WWW-Authenticate", "X-Request-ID")


class TrustedHostsMiddleware(TrustedHostMiddleware):
    """Refuse requests for hosts that are not ours, except for the probes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let probes pass: what runs the service calls them by an address that nobody knows."""
        if scope["type"] == "http" and scope["path"] in PROBES:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def install_edges(app: FastAPI, settings: Settings) -> None:
    """Put all middleware around the application."""
    # The last one added is the outermost, so this is to be read from the bottom upwards.
    app.add_middleware(JsonDepthMiddleware)
    app.add_middleware(
        BodySizesMiddleware,
        max_body_size=settings.max_body_bytes,
        max_image_size=settings.max_image_bytes,
    )
    app.add_middleware(RequestTimeoutMiddleware, seconds=settings.request_timeout_seconds)
    app.add_middleware(LastResortMiddleware)
    if settings.allowed_hosts:
        app.add_middleware(
            TrustedHostsMiddleware, allowed_hosts=settings.allowed_hosts, www_redirect=False
        )
    # Around everything that answers errors: without these headers a page could not read them.
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=CORS_METHODS,
            allow_headers=CORS_REQUEST_HEADERS,
            allow_credentials=settings.cors_allow_credentials,
            expose_headers=CORS_ANSWER_HEADERS,
        )
    app.add_middleware(BareErrorMiddleware)
    app.add_middleware(
        SecurityHeadersMiddleware,
        production=settings.environment == "production",
        docs=settings.docs_enabled,
    )
    app.add_middleware(RequestIdMiddleware)
