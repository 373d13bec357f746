"""Headers that tell browsers what they may not do with an answer."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

RawHeaders = list[tuple[bytes, bytes]]

# An answer of the API is data: a browser that shows it as a page loads and runs nothing.
API_POLICY = b"default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
# The pages of the documentation, which production does not have, hold a script and styles of
# their own; everything else that they need comes from this host.
DOCS_POLICY = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src blob:; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
DOCS_PATHS = ("/docs", "/docs/oauth2-redirect", "/redoc")

EVERYWHERE: RawHeaders = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    # Keeps answers out of the <img> and <script> of other sites. It does not concern requests
    # with CORS: what CORS_ORIGINS allows stays allowed.
    (b"cross-origin-resource-policy", b"same-origin"),
]
TWO_YEARS_OF_HTTPS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
# Most answers are for one caller alone; a call whose answer may be kept says so itself.
NOT_KEPT = (b"cache-control", b"no-store")


class SecurityHeadersMiddleware:
    """Add the headers to every answer, errors included."""

    def __init__(self, app: ASGIApp, *, production: bool, docs: bool) -> None:
        self.app = app
        self.headers = [*EVERYWHERE, *([TWO_YEARS_OF_HTTPS] if production else [])]
        self.docs_paths = DOCS_PATHS if docs else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application's own `Cache-Control` stand, and none of its others."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        policy = DOCS_POLICY if path in self.docs_paths else API_POLICY

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: RawHeaders = list(message.get("headers", ()))
                headers += self.headers
                headers.append((b"content-security-policy", policy))
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append(NOT_KEPT)
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, send_with_headers)
