"""Webhooks that a known source has signed, and that are no events."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.integration.senders import NOON, event, post, send_as_stripe, signed, stored, written

pytestmark = pytest.mark.usefixtures("sources")

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"type=payment.succeeded",
    "half": b'{"type": "a"',
    "no object": b'["type"]',
    "no type": b"{}",
    "null": b'{"type": null}',
    "number": b'{"type": 1}',
    "NaN": b'{"type": "a", "data": NaN}',
    "Infinity": b'{"type": "a", "data": -Infinity}',
    "lone surrogate": b'{"type": "a", "data": "\\ud800"}',
    "NUL": b'{"type": "a\\u0000"}',
    "raw NUL": b'{"type": "a\x00"}',
    "space": b'{"type": "a b"}',
    "long type": b'{"type": "' + b"a" * 101 + b'"}',
    "no UTF-8": b'{"type": "a", "data": "\xff"}',
    "UTF-16": '{"type": "a"}'.encode("utf-16"),
    "depth": b'{"type": "a", "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "no time": b'{"type": "a", "timestamp": "soon"}',
    "time without a zone": b'{"type": "a", "timestamp": "2026-01-02T03:04:05"}',
    "earliest time": b'{"type": "a", "timestamp": "0001-01-01T00:00:00+14:00"}',
    "last time": b'{"type": "a", "timestamp": "9999-12-31T23:59:59-14:00"}',
    "time to come": written(event("a", NOON.replace(year=NOON.year + 1))),
    "number of 5,000 digits": b'{"type": "a", "timestamp": ' + b"9" * 5_000 + b"}",
}
# What is told apart before anyone reads: how deep it is, where it says that it is JSON.
TYPES = ("application/json", "text/plain", "")


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_signed_body_that_is_no_event_is_refused_and_not_stored(
    client: AsyncClient, body: bytes, kind: str
) -> None:
    response = await post(client, "payments", signed(body) | {"content-type": kind}, body)

    assert response.status_code in {400, 422}
    assert response.json()["code"] in {"webhook_unreadable", "bad_request"}
    assert await stored() == []


STRIPE_CHANGES: dict[str, dict[str, Any]] = {
    "no id": {"id": None},
    "empty id": {"id": ""},
    "long id": {"id": "a" * 256},
    "id with NUL": {"id": "a\x00"},
    "no type": {"type": None},
    "no time": {"created": None},
    "time to come": {"created": 4_102_444_800},
    "time as a text": {"created": "yesterday"},
    "beyond all times": {"created": 10**30},
}


@pytest.mark.parametrize("changes", STRIPE_CHANGES.values(), ids=STRIPE_CHANGES)
async def test_signed_body_that_is_no_event_of_stripe_is_refused(
    client: AsyncClient, changes: dict[str, Any]
) -> None:
    right = {"id": "evt_1", "type": "a", "created": 1_700_000_000}

    taken = await send_as_stripe(client, right)
    refused = await send_as_stripe(client, right | {"id": "evt_2"} | changes)

    assert (taken.status_code, refused.status_code) == (202, 422)
    assert len(await stored()) == 1


async def test_body_of_a_mebibyte_is_taken_and_a_longer_one_is_413(
    client: AsyncClient,
) -> None:
    body = b'{"type": "a", "x": "' + b"x" * (1_048_576 - 22) + b'"}'
    longer = body + b" "

    taken = await post(client, "payments", signed(body), body)
    refused = await post(client, "payments", signed(longer), longer)

    assert (len(body), taken.status_code, refused.status_code) == (1_048_576, 202, 413)
