"""What `docs/callbacks.md` shows and states is so."""

import base64
import hmac
import re
import textwrap
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from app.core.jobs import CALLBACK_PAUSES_SECONDS, JOBS, PAUSE_SPREAD
from app.core.webhook_signatures import new_secret, read_secret, sign
from app.integrations.callbacks import CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS
from app.schemas.callback import CallbackSecretRotate
from app.services.callback_service import MOST_ATTEMPTS
from tests.contract import DOCUMENT
from tests.process import PROJECT

TEXT = (PROJECT / "docs" / "callbacks.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^    def is_genuine.*?\n\n", re.DOTALL | re.MULTILINE)
SECRET, ID, BODY = new_secret(), "msg_1", b'{"type": "report.done"}'
NOW = int(time.time())

Verify = Callable[[str, Mapping[str, str], bytes], bool]


@pytest.fixture
def is_genuine() -> Verify:
    """Read the example out of the document."""
    names: dict[str, Any] = {"base64": base64, "hmac": hmac, "time": time, "Mapping": Mapping}
    found = EXAMPLE.search(TEXT)
    assert found is not None
    exec(textwrap.dedent(found[0]), names)  # noqa: S102 - our own document
    verify: Verify = names["is_genuine"]
    return verify


def headers(signature: str, timestamp: int = NOW) -> dict[str, str]:
    """Return what comes with a call."""
    return {
        "webhook-id": ID,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }


def test_its_example_takes_what_we_sign_also_after_a_rotation(is_genuine: Verify) -> None:
    signature = sign(read_secret(SECRET), ID, NOW, BODY)
    other = sign(read_secret(new_secret()), ID, NOW, BODY)

    assert is_genuine(SECRET, headers(signature), BODY)
    assert is_genuine(SECRET, headers(f"{other} {signature}"), BODY)
    assert len(EXAMPLE.findall(TEXT)[0].splitlines()) <= 11


def test_its_example_refuses_what_others_sign_changed_bodies_and_old_calls(
    is_genuine: Verify,
) -> None:
    signature = sign(read_secret(SECRET), ID, NOW, BODY)
    old = sign(read_secret(SECRET), ID, NOW - 3_600, BODY)

    assert not is_genuine(new_secret(), headers(signature), BODY)
    assert not is_genuine(SECRET, headers(signature), BODY + b" ")
    assert not is_genuine(SECRET, headers(signature, NOW + 1), BODY)
    assert not is_genuine(SECRET, headers(old, NOW - 3_600), BODY)
    assert not is_genuine(SECRET, headers(""), BODY)


def test_it_states_the_schedule_and_the_limits_that_hold() -> None:
    hours = sum(CALLBACK_PAUSES_SECONDS) / 3_600

    assert CALLBACK_PAUSES_SECONDS == (5, 60, 300, 1_800, 7_200, 21_600, 43_200)
    assert PAUSE_SPREAD == 1 / 5
    assert f"for {round(hours)} hours" in TEXT
    assert f"{JOBS['deliver_callback'].max_attempts} tries" in TEXT
    assert f"within {CONNECT_SECONDS} seconds, no byte for {READ_SECONDS}" in TEXT
    assert f"no status within {TOTAL_SECONDS}" in TEXT
    assert f"the last {MOST_ATTEMPTS} tries" in TEXT
    default = CallbackSecretRotate.model_fields["keep_previous_hours"].default
    assert f"`keep_previous_hours` ({default} unless told otherwise" in TEXT


def test_it_shows_the_body_that_is_described_in_the_api_document() -> None:
    schemas = DOCUMENT["components"]["schemas"]

    for name in (*schemas["ReportDone"]["properties"], *schemas["ReportDoneData"]["properties"]):
        assert f'"{name}": ' in TEXT
