"""Webhooks that nobody known has signed: one and the same refusal, whatever is wrong with them."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from httpx2 import AsyncClient

from app.core.webhook_signatures import new_secret
from tests.integration.senders import event, signed, signed_for_stripe, written

pytestmark = pytest.mark.usefixtures("sources", "uncovered")

BODY = written(event())
RIGHT = signed(BODY)

Raw = list[tuple[bytes, bytes]]
STAMP = RIGHT["webhook-timestamp"]


def but(**changes: str | bytes | None) -> Raw:
    """Return the right headers with some changed, or left out where `None`."""
    headers: dict[str, str | bytes | None] = {**signed(BODY)}
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    return raw(headers)


def raw(headers: Mapping[str, str | bytes | None]) -> Raw:
    """Return headers as bytes, so that they may hold what no client would send."""
    return [
        (name.encode(), value if isinstance(value, bytes) else value.encode("latin-1"))
        for name, value in headers.items()
        if value is not None
    ]


def with_signature(change: Callable[[str], str]) -> Raw:
    """Return the right headers with the signature changed."""
    right = signed(BODY)
    return raw(right | {"webhook-signature": change(right["webhook-signature"])})


def for_stripe(form: str) -> Raw:
    """Return a header of Stripe in another form."""
    stamp, signature = (
        pair.partition("=")[2] for pair in signed_for_stripe(BODY)["stripe-signature"].split(",")
    )
    return raw({"stripe-signature": form.format(t=stamp, v1=signature)})


MALFORMED: dict[str, Callable[[], Raw]] = {
    "no headers": lambda: [],
    "no id": lambda: but(webhook_id=None),
    "empty id": lambda: but(webhook_id=""),
    "another id": lambda: but(webhook_id="evt_2"),
    "id with a dot": lambda: but(webhook_id=f"evt.{STAMP}"),
    "id with a space": lambda: but(webhook_id="evt 1"),
    "id with a letter of Latin 1": lambda: but(webhook_id=b"evt_\xe9"),
    "id in UTF-8": lambda: but(webhook_id="évt".encode()),
    "id of bytes that are no UTF-8": lambda: but(webhook_id=b"\xff\xfe"),
    "id of 256 letters": lambda: raw(signed(BODY, "a" * 256)),
    "two ids": lambda: [*but(), (b"webhook-id", b"evt_1")],
    "no time": lambda: but(webhook_timestamp=None),
    "empty time": lambda: but(webhook_timestamp=""),
    "time as a word": lambda: but(webhook_timestamp="now"),
    "time as a date": lambda: but(webhook_timestamp="2026-01-01T00:00:00Z"),
    "time with a fraction": lambda: but(webhook_timestamp=f"{int(time.time())}.0"),
    "time with an exponent": lambda: but(webhook_timestamp="1e9"),
    "time with a sign": lambda: but(webhook_timestamp=f"+{int(time.time())}"),
    "negative time": lambda: but(webhook_timestamp="-1"),
    "time with an underscore": lambda: but(webhook_timestamp=f"1_{str(int(time.time()))[1:]}"),
    "time with spaces": lambda: but(webhook_timestamp=f"{int(time.time())} 0"),
    "time with a leading zero": lambda: but(webhook_timestamp=f"0{int(time.time())}"),
    "time in other digits": lambda: but(webhook_timestamp="١٧".encode()),
    "superscript digits": lambda: but(webhook_timestamp=b"\xb2\xb3"),
    "time in hexadecimal": lambda: but(webhook_timestamp="0x5f5e100"),
    "time in milliseconds": lambda: but(webhook_timestamp=f"{int(time.time())}000"),
    "time of 5,000 digits": lambda: but(webhook_timestamp="9" * 5_000),
    "not a number": lambda: but(webhook_timestamp="nan"),
    "infinite time": lambda: but(webhook_timestamp="inf"),
    "two times": lambda: [*but(), (b"webhook-timestamp", STAMP.encode())],
    "six minutes ago": lambda: raw(signed(BODY, age_seconds=360)),
    "in six minutes": lambda: raw(signed(BODY, age_seconds=-360)),
    "no signature": lambda: but(webhook_signature=None),
    "empty signature": lambda: but(webhook_signature=""),
    "nothing but spaces": lambda: but(webhook_signature="    "),
    "nothing behind the version": lambda: but(webhook_signature="v1,"),
    "nothing but the version": lambda: but(webhook_signature="v1"),
    "no version": lambda: with_signature(lambda right: right.removeprefix("v1,")),
    "version 2": lambda: with_signature(lambda right: right.replace("v1", "v2")),
    "the version of public keys": lambda: with_signature(lambda right: right.replace("v1", "v1a")),
    "version in capitals": lambda: with_signature(lambda right: right.replace("v1", "V1")),
    "no padding": lambda: with_signature(lambda right: right.rstrip("=")),
    "too much padding": lambda: with_signature(lambda right: right + "="),
    "base64 that is none": lambda: but(webhook_signature="v1,!!!"),
    "signature of bytes that are no text": lambda: but(webhook_signature=b"v1,\xff\xfe\x80"),
    "signature in UTF-8": lambda: but(webhook_signature="v1,подпись".encode()),
    "signature with a comma more": lambda: with_signature(lambda right: right + ","),
    "signature of another body": lambda: raw(signed(BODY + b" ")),
    "signature of another secret": lambda: raw(signed(BODY, secret=new_secret())),
    "half a signature": lambda: with_signature(lambda right: right[:20]),
    "the right one is the eleventh": lambda: with_signature(lambda right: "v1,x " * 10 + right),
    "signature of 60,000 letters": lambda: but(webhook_signature="v1," + "A" * 60_000),
    "stripe's header": lambda: raw(signed_for_stripe(BODY)),
}
MALFORMED_FOR_STRIPE: dict[str, Callable[[], Raw]] = {
    "no header": lambda: [],
    "empty": lambda: for_stripe(""),
    "no time": lambda: for_stripe("v1={v1}"),
    "no signature": lambda: for_stripe("t={t}"),
    "empty signature": lambda: for_stripe("t={t},v1="),
    "another version": lambda: for_stripe("t={t},v0={v1}"),
    "two times": lambda: for_stripe("t={t},t={t},v1={v1}"),
    "time as a word": lambda: for_stripe("t=now,v1={v1}"),
    "another time": lambda: for_stripe("t=1{t},v1={v1}"),
    "no pairs": lambda: for_stripe("{t},{v1}"),
    "the right one is the eleventh": lambda: for_stripe("t={t}" + ",v1=x" * 10 + ",v1={v1}"),
    "commas": lambda: for_stripe("," * 1_000),
    "bytes that are no text": lambda: [(b"stripe-signature", b"t=\xff,v1=\xfe")],
    "the header of Standard Webhooks": lambda: raw(signed(BODY)),
}
CASES = [
    *(("payments", headers) for headers in MALFORMED.values()),
    *(("stripe", headers) for headers in MALFORMED_FOR_STRIPE.values()),
    # Signed as it should be, for a source of another name.
    ("unknown", lambda: raw(signed(BODY))),
]
NAMES = [*MALFORMED, *(f"stripe: {name}" for name in MALFORMED_FOR_STRIPE), "unknown source"]


async def refusal(client: AsyncClient, source: str, headers: Raw) -> dict[str, Any]:
    """Post, and return the status, the headers and the body of the refusal, but for its own id."""
    response = await client.post(f"/webhooks/{source}", headers=headers, content=BODY)
    problem = response.json()
    del problem["request_id"], response.headers["x-request-id"]
    return {"problem": problem, "headers": dict(response.headers), "is": response.status_code}


@pytest.mark.parametrize(("source", "make_headers"), CASES, ids=NAMES)
async def test_webhook_that_is_not_signed_as_it_should_be_gets_the_one_refusal(
    client: AsyncClient, source: str, make_headers: Callable[[], Raw]
) -> None:
    expected = await refusal(client, "nobody", [])

    answer = await refusal(client, source, make_headers())

    assert answer == expected
    assert (answer["is"], answer["problem"]["code"]) == (400, "webhook_refused")


@pytest.mark.parametrize("name", ["Payments", "payments%20", "%00", "a" * 51, "%FF", "$ne"])
async def test_what_can_be_no_name_of_a_source_is_422(client: AsyncClient, name: str) -> None:
    answer = await refusal(client, name, raw(signed(BODY)))

    assert answer["is"] == 422


async def test_the_headers_that_all_cases_are_made_from_are_taken(client: AsyncClient) -> None:
    answers = [
        await client.post("/webhooks/payments", headers=raw(signed(BODY)), content=BODY),
        await client.post("/webhooks/payments", headers=but(), content=BODY),
    ]
    stripe = b'{"id": "evt_1", "type": "a", "created": 1700000000}'
    headers = raw(signed_for_stripe(stripe))
    answers.append(await client.post("/webhooks/stripe", headers=headers, content=stripe))

    assert [answer.status_code for answer in answers] == [202, 202, 202]


async def test_without_any_source_everything_is_refused(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.config.settings.webhook_secrets", {})

    answer = await refusal(client, "payments", raw(signed(BODY)))

    assert answer["problem"]["code"] == "webhook_refused"
