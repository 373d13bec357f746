"""Signatures of webhooks: published examples, and what is refused."""

import base64
from collections.abc import Mapping

import pytest

from app.core.webhook_signatures import (
    SignatureRefusedError,
    new_secret,
    read_secret,
    sign,
    sign_for_stripe,
    verify,
    verify_stripe,
)

NOW = 1_731_705_121
KEY, OLD_KEY = read_secret(new_secret()), read_secret(new_secret())
BODY = b'{"type":"order.paid"}'

# The first is in the tests of the reference libraries, the others in Svix's documentation.
PUBLISHED = [
    (
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        b'{"test": 2432232314}',
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (
        "plJ3nmyCDGBKInavdOK15jsl",
        "msg_loFOjxBNrRLzqYUf",
        1_731_705_121,
        b'{"event_type":"ping","data":{"success":true}}',
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    ),
    (
        "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        1_649_367_553,
        b'{"email":"test@example.com","username":"test_user"}',
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
]


def signed(**changes: str) -> dict[str, str]:
    """Return the headers of `BODY` as a sender writes them now, but for some changes."""
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(NOW),
        "webhook-signature": sign(KEY, "msg_1", NOW, BODY),
    }
    return headers | {name.replace("_", "-"): value for name, value in changes.items()}


def signed_for_stripe(text: str = "t={now},v1={signature}") -> dict[str, str]:
    """Return the header of `BODY` as Stripe writes it now, or in another form."""
    signature = sign_for_stripe(KEY, NOW, BODY)
    return {"stripe-signature": text.format(now=NOW, signature=signature)}


@pytest.mark.parametrize(("secret", "message_id", "timestamp", "body", "signature"), PUBLISHED)
def test_a_published_message_is_signed_and_verified_as_published(
    secret: str, message_id: str, timestamp: int, body: bytes, signature: str
) -> None:
    key = base64.b64decode(secret)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }

    assert sign(key, message_id, timestamp, body) == signature
    assert verify([key], headers, body, timestamp) == message_id


def test_secrets_are_new_each_time_and_can_be_read() -> None:
    first, second = new_secret(), new_secret()

    assert first != second
    assert len(read_secret(first)) == 32
    assert first.startswith("whsec_")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa Sw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS\u0435",
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        "whpk_" + base64.b64encode(bytes(32)).decode(),
    ],
)
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be whsec_ and then"):
        read_secret(text)


@pytest.mark.parametrize("key", [KEY, OLD_KEY], ids=["new", "old"])
def test_any_of_several_secrets_verifies(key: bytes) -> None:
    headers = signed(webhook_signature=sign(key, "msg_1", NOW, BODY))

    assert verify([KEY, OLD_KEY], headers, BODY, NOW) == "msg_1"


def test_any_of_several_signatures_is_enough() -> None:
    others = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1a,hnO3f9T8 v2,x nonsense"
    headers = signed(webhook_signature=f"{others} {sign(KEY, 'msg_1', NOW, BODY)}")

    assert verify([KEY], headers, BODY, NOW) == "msg_1"


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_message_of_the_last_five_minutes_is_taken(seconds: int) -> None:
    assert verify([KEY], signed(), BODY, NOW + seconds) == "msg_1"
    verify_stripe([KEY], signed_for_stripe(), BODY, NOW + seconds)


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_a_message_of_another_time_is_refused(seconds: int) -> None:
    with pytest.raises(SignatureRefusedError):
        verify([KEY], signed(), BODY, NOW + seconds)
    with pytest.raises(SignatureRefusedError):
        verify_stripe([KEY], signed_for_stripe(), BODY, NOW + seconds)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(webhook_id=""),
        signed(webhook_id="msg_2"),
        signed(webhook_id="msg_1.1"),
        signed(webhook_timestamp=""),
        signed(webhook_timestamp=str(NOW + 1)),
        signed(webhook_timestamp=f"0{NOW}"),
        signed(webhook_timestamp=f"+{NOW}"),
        signed(webhook_timestamp="9" * 5_000),
        signed(webhook_signature=""),
        signed(webhook_signature="v1,"),
        signed(webhook_signature=sign(OLD_KEY, "msg_1", NOW, BODY)),
        signed(webhook_signature=sign(KEY, "msg_1", NOW, BODY)[:-1]),
        signed(webhook_signature=sign(KEY, "msg_1", NOW, BODY).replace("v1,", "v2,")),
        signed(webhook_signature=sign(KEY, "msg_1", NOW, BODY).replace("v1,", "v1,\u00e9\ud800")),
        signed(webhook_signature="v1,x " * 10 + sign(KEY, "msg_1", NOW, BODY)),
    ],
)
def test_a_message_with_other_headers_is_refused(headers: Mapping[str, str]) -> None:
    with pytest.raises(SignatureRefusedError):
        verify([KEY], headers, BODY, NOW)


def test_a_dot_cannot_move_from_the_id_to_the_time() -> None:
    """The id `1.2` at time 3 is signed like the id `1` at time 2 with a body that begins `3.`."""
    signature = sign(KEY, f"x.{NOW}", NOW, BODY)

    with pytest.raises(SignatureRefusedError):
        verify([KEY], signed(webhook_id=f"x.{NOW}", webhook_signature=signature), BODY, NOW)


@pytest.mark.parametrize("body", [b"", BODY + b" ", BODY.upper()])
def test_another_body_is_refused(body: bytes) -> None:
    with pytest.raises(SignatureRefusedError):
        verify([KEY], signed(), body, NOW)
    with pytest.raises(SignatureRefusedError):
        verify_stripe([KEY], signed_for_stripe(), body, NOW)


def test_without_a_secret_nothing_is_taken() -> None:
    with pytest.raises(SignatureRefusedError):
        verify([], signed(), BODY, NOW)


def test_a_message_of_stripe_is_verified_whatever_else_its_header_holds() -> None:
    headers = signed_for_stripe("t={now},v1=" + "0" * 64 + ",v0=abc,v1={signature},scheme")

    verify_stripe([OLD_KEY, KEY], headers, BODY, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "t={now}",
        "v1={signature}",
        "t={now},v1=",
        "t={now},v0={signature}",
        "t={now}, v1={signature}",
        "t={now},t={now},v1={signature}",
        "t=0{now},v1={signature}",
        "t={now},v1={signature}0",
        "t={now}" + ",v1=x" * 10 + ",v1={signature}",
    ],
)
def test_a_message_of_stripe_with_another_header_is_refused(text: str) -> None:
    with pytest.raises(SignatureRefusedError):
        verify_stripe([KEY], signed_for_stripe(text), BODY, NOW)
