"""A supplier of the tests' own: a small HTTP server that answers as it is told to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from app.config import settings

CUP = {"id": "c-1", "name": "Cup", "price_cents": 500, "currency": "EUR"}
POT = {"id": "p-1", "name": "Teapot", "price_cents": 1999, "currency": "EUR"}


class Supplier:
    """What it answers, and what it was asked."""

    def __init__(self) -> None:
        self.status = "200 OK"
        self.body = b""
        self.pause_seconds = 0.0
        self.requests: list[bytes] = []

    def offer(self, *products: dict[str, Any]) -> None:
        """Answer with products from now on."""
        self.body = json.dumps({"items": products}).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        await asyncio.sleep(self.pause_seconds)
        head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.body)}\r\nConnection: close"
        writer.write(head.encode() + b"\r\n\r\n" + self.body)
        writer.close()


@asynccontextmanager
async def serving(supplier: Supplier) -> AsyncIterator[None]:
    """Serve in the place of the settings' supplier."""
    server = await asyncio.start_server(supplier.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "ozon_url", f"http://127.0.0.1:{port}")
        patch.setattr(settings, "ozon_api_key", SecretStr("s3cret"))
        yield
    server.close()
    await server.wait_closed()
