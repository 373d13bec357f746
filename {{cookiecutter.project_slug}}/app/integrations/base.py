"""The base of clients that speak HTTP: `docs/integrations.md` shows how to write one."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog
from pydantic import BaseModel
from pydantic_core import from_json

from app.integrations.answers import fetch
from app.integrations.connections import connection
from app.integrations.http_failures import judge_http
from app.integrations.policy import DEFAULT, Policy
from app.integrations.upstream import upstream_at

Made = TypeVar("Made")
Model = TypeVar("Model", bound=BaseModel)

# RFC 9110, section 9.2.2: the same request twice has the effect of one.
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
# What our log calls them, and what they are called on the wire.
CONTEXT_HEADERS = {"request_id": "X-Request-ID", "traceparent": "traceparent"}


class BaseClient:
    """Call one service. A client is cheap to make: what is shared is kept by host."""

    policy: Policy = DEFAULT

    def __init__(self, base_url: str, api_key: str | None = None) -> None:
        """Take the address, without a slash at its end, and a key if one is asked for."""
        self.base_url = base_url
        self.headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}

    @property
    def host(self) -> str:
        """Return the host, and its port if it has one of its own."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    async def _request(self, method: str, path: str, **request: Any) -> Any:
        """Call, and return the JSON of the answer; None when it has no body.

        `request` takes `json`, `params` and an `idempotency_key`: with one a POST may be repeated.

        Raises:
            UpstreamError: the service did not answer as it should.
        """
        return await self._send(read_json, method, path, **request)

    async def _fetch(self, model: type[Model], method: str, path: str, **request: Any) -> Model:
        """Call, and return the answer as a model of what it has to be; as `_request`."""
        return await self._send(model.model_validate_json, method, path, **request)

    async def _send(
        self,
        read: Callable[[bytes], Made],
        method: str,
        path: str,
        *,
        idempotency_key: str | None = None,
        **request: Any,
    ) -> Made:
        """Call, and read the answer; the same request goes out with each attempt."""
        client = connection(self.host, self.policy)

        async def attempt() -> Made:
            headers = self.headers | context_headers() | key_header(idempotency_key)
            sent = client.build_request(
                method, f"{self.base_url}{path}", headers=headers, **request
            )
            return read(await fetch(client, sent, self.policy))

        return await upstream_at(self.host, self.policy).call(
            attempt,
            partial(judge_http, policy=self.policy),
            may_repeat=method.upper() in IDEMPOTENT or idempotency_key is not None,
        )


def read_json(body: bytes) -> Any:
    """Read JSON, without the numbers that it does not have."""
    return from_json(body, allow_inf_nan=False) if body else None


def context_headers() -> dict[str, str]:
    """Return the names under which the other side's log may find what it did for us."""
    known = structlog.contextvars.get_contextvars()
    return {CONTEXT_HEADERS[name]: known[name] for name in CONTEXT_HEADERS if name in known}


def key_header(idempotency_key: str | None) -> dict[str, str]:
    """Return the header by which the other side knows a repeated attempt."""
    return {"Idempotency-Key": idempotency_key} if idempotency_key else {}
