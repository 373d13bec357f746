"""Commands for webhooks."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app import cli
from app.core.enums import WebhookStatus
from app.core.integration_errors import WebhookEventNotFoundError, WebhookUnknownError
from tests.factories import make_webhook_event, read_webhook_event
from tests.unit.test_cli import type_in

pytestmark = pytest.mark.usefixtures("committed")

OCCURRED = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


async def test_events_are_shown_a_line_each_the_newest_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "LINES_AT_ONCE", 2)
    events = [
        await make_webhook_event(
            event_id=f"evt_{number}",
            occurred_at=OCCURRED,
            status=WebhookStatus.FAILED,
            error="ValueError: no\nroom",
        )
        for number in range(5)
    ]
    capsys.readouterr()

    await type_in("webhooks", "list")

    assert capsys.readouterr().out.splitlines() == [
        f"{event.id}  2026-03-01 12:30  payments  evt_{number}  payment.succeeded  failed  "
        "ValueError: no"
        for number, event in reversed([*enumerate(events)])
    ]


async def test_events_are_filtered_by_source_and_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wanted = await make_webhook_event(source="stripe", status=WebhookStatus.UNKNOWN)
    await make_webhook_event(source="stripe")
    await make_webhook_event(status=WebhookStatus.UNKNOWN)
    capsys.readouterr()

    await type_in("webhooks", "list", "--source", "stripe", "--status", "unknown")

    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(str(wanted.id))


async def test_event_is_queued_again() -> None:
    event = await make_webhook_event(status=WebhookStatus.FAILED, error="ValueError")

    await type_in("webhooks", "replay", str(event.id))

    stored = await read_webhook_event(event)
    assert (stored.status, stored.replays) == (WebhookStatus.RECEIVED, 1)


async def test_what_cannot_be_handled_is_refused_and_stays_as_it_is() -> None:
    event = await make_webhook_event(type="x", status=WebhookStatus.UNKNOWN)

    with pytest.raises(WebhookUnknownError):
        await type_in("webhooks", "replay", str(event.id))
    with pytest.raises(WebhookEventNotFoundError):
        await type_in("webhooks", "replay", str(uuid4()))

    assert (await read_webhook_event(event)).status == WebhookStatus.UNKNOWN
