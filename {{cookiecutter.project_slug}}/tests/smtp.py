"""A mail server of the tests' own: it speaks real SMTP and keeps what it gets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from app.config import settings


class Mailbox:
    """Keep every mail, or answer each with `refusal`; log in whoever comes.

    `refused` holds the answers to the addresses that are not known here.
    """

    def __init__(self, refusal: str | None = None) -> None:
        self.refusal = refusal
        self.refused: dict[str, str] = {}
        self.mails: list[EmailMessage] = []
        self.arrived = asyncio.Event()
        self.logins: list[tuple[str, str]] = []

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take an address, or refuse it."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        if self.refusal:
            return self.refusal
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        self.mails.append(message_from_bytes(raw, EmailMessage, policy=policy.default))
        self.arrived.set()
        return "250 OK"

    async def next_text(self) -> str:
        """Wait for a mail when none is left, take the oldest out, and return its text."""
        if not self.mails:
            self.arrived.clear()
            async with asyncio.timeout(10):
                await self.arrived.wait()
        text = self.mails.pop(0).get_body(["plain"])
        return "" if text is None else str(text.get_content())

    def log_in(self, *arguments: Any) -> AuthResult:
        """Remember who logs in."""
        data = arguments[-1]
        if isinstance(data, LoginPassword):
            self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=True)


@asynccontextmanager
async def mail_server(mailbox: Mailbox) -> AsyncIterator[None]:
    """Serve a mailbox without TLS, in the place of the settings' mail server."""

    def protocol() -> SMTP:
        return SMTP(
            mailbox, enable_SMTPUTF8=True, authenticator=mailbox.log_in, auth_require_tls=False
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "smtp_host", "127.0.0.1")
        patch.setattr(settings, "smtp_port", port)
        patch.setattr(settings, "smtp_start_tls", False)
        yield
    server.close()
    await server.wait_closed()
