"""Calls to receivers that our clients have named."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

from httpx2 import AsyncClient, ConnectError, HTTPError, InvalidURL, Timeout, TimeoutException

from app.core.safe_urls import UnsafeUrlError, callback_rules, check_url
from app.integrations.guarded import GuardedTransport, NoPublicAddressError

CONNECT_SECONDS = 3
READ_SECONDS = 10
# For everything: the look-up of the name, each address that is tried, the head of the answer.
TOTAL_SECONDS = 15

SUCCESSES = range(200, 300)
GONE = 410


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or in a word why there is none."""

    status: int | None
    error: str | None
    duration_ms: int

    @property
    def is_success(self) -> bool:
        """Tell whether the receiver has taken the call."""
        return self.status in SUCCESSES

    @property
    def is_final(self) -> bool:
        """Tell whether to leave the receiver alone from now on."""
        return self.is_success or self.status == GONE


class CallbackClient:
    """Call a receiver once; nothing that it does is an error here."""

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a body, and return the status of the answer, of which nothing else is read."""
        began = time.monotonic()
        status, error = None, None
        try:
            status = await self.post(url, headers, body)
        except (UnsafeUrlError, NoPublicAddressError, InvalidURL):
            # In one word: whether a name exists in a network of ours is not for strangers to know.
            error = "no_public_address"
        except (TimeoutException, TimeoutError):
            error = "timeout"
        except ConnectError:
            error = "not_connected"
        except (HTTPError, OSError):
            error = "no_answer"
        return Answer(status, error, round((time.monotonic() - began) * 1000))

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Do so, or raise what the client raises."""
        rules = callback_rules()
        check_url(url, rules)
        transport = GuardedTransport(rules.networks)
        timeout = Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        async with (
            asyncio.timeout(TOTAL_SECONDS),
            AsyncClient(transport=transport, timeout=timeout, trust_env=False) as client,
            client.stream("POST", url, headers=headers, content=body) as response,
        ):
            return response.status_code


callback_client = CallbackClient()
