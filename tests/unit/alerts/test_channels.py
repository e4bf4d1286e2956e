from __future__ import annotations

import json
from email import message_from_string
from typing import TYPE_CHECKING, Any

import pytest

from abm.alerts import open_channels
from abm.errors import RefusedError, RetryableError
from abm.settings import Connection, parse_connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from abm.alerts import Alert, Channel


def connection(conn_id: str, **fields: Any) -> Connection:
    return parse_connection(conn_id, json.dumps(fields))


def only(connected: Connection, tell: Callable[[str], None] = print) -> Channel:
    """Open the log and one channel, and return the channel."""
    found = open_channels(lambda name: connected if connected.conn_id == f"abm_{name}" else None, tell)
    assert [channel.name for channel in found[:-1]] == ["log"]
    return found[-1]


def mail(port: int, **fields: Any) -> Channel:
    extra = {"to": "ops@example.com", "from_email": "abm@example.com", "disable_tls": True}
    return only(connection("abm_alerts_mail", host="127.0.0.1", port=port, extra=extra, **fields))


def test_slack_is_told_in_words_at_the_secret_path(endpoint: Any, alert: Alert) -> None:
    channel = only(connection("abm_alerts_slack", host=endpoint.url, password="/T0/B0/xyz"))
    channel.send(alert)
    channel.close()
    [(path, headers, body)] = endpoint.requests
    assert path == "/T0/B0/xyz"
    assert headers["idempotency-key"] == "abm-alert-7"
    assert body["text"].splitlines() == [
        "NEW rows-refused: hubspot INVALID: 12 rows are refused",
        "Since 2026-03-01 03:05 UTC",
        "Rows: 1, 2, 3, 4, 5 and 7 more",
        "Next: Mend the records.",
        "Runbook: docs/runbooks/rows-refused.md (alert 7)",
    ]


def test_a_webhook_is_told_in_fields_with_its_token(endpoint: Any, alert: Alert) -> None:
    channel = only(connection("abm_alerts_webhook", host=f"{endpoint.url}/hooks/abm?tenant=1", password="token"))
    channel.send(alert)
    channel.close()
    [(path, headers, body)] = endpoint.requests
    assert path == "/hooks/abm?tenant=1"
    assert headers["authorization"] == "Bearer token"
    assert body["alert_id"] == 7
    assert body["row_keys"] == ["1", "2", "3", "4", "5"]
    assert body["runbook"] == "docs/runbooks/rows-refused.md"


def test_a_mail_has_the_same_id_each_time(mailbox: Any, alert: Alert) -> None:
    channel = mail(mailbox.port)
    channel.send(alert)
    channel.send(alert)
    first, second = (message_from_string(body) for _, _, body in mailbox.requests)
    assert first["Subject"] == "[ABM] NEW rows-refused: hubspot INVALID"
    assert first["To"] == "ops@example.com"
    assert first["Message-ID"] == second["Message-ID"] == "<abm-alert-7@example.com>"
    assert "Next: Mend the records." in first.get_payload()


@pytest.mark.parametrize(("status", "error"), [(503, RetryableError), (429, RetryableError), (404, RefusedError)])
def test_an_endpoint_that_does_not_take_it_is_asked_once(
    endpoint: Any, alert: Alert, status: int, error: type[Exception]
) -> None:
    endpoint.statuses = [status]
    channel = only(connection("abm_alerts_slack", host=endpoint.url, password="T0/B0/xyz"))
    with pytest.raises(error, match=str(status)) as raised:
        channel.send(alert)
    channel.close()
    assert "xyz" not in str(raised.value)
    assert len(endpoint.requests) == 1


def test_a_refused_mail_quotes_no_address(mailbox: Any, alert: Alert) -> None:
    mailbox.statuses = [550]
    with pytest.raises(RefusedError, match="SMTPRecipientsRefused") as raised:
        mail(mailbox.port).send(alert)
    assert "example.com" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_a_server_that_is_not_there_may_be_there_later(alert: Alert) -> None:
    with pytest.raises(RetryableError, match="ConnectionRefusedError"):
        mail(1).send(alert)


@pytest.mark.parametrize(
    ("conn_id", "missing"),
    [("abm_alerts_slack", "has no webhook"), ("abm_alerts_mail", "lacks to"), ("abm_alerts_webhook", "has no host")],
)
def test_a_channel_without_what_it_needs_is_told_and_left_out(conn_id: str, missing: str) -> None:
    told: list[str] = []
    found = open_channels(lambda name: Connection(conn_id) if conn_id == f"abm_{name}" else None, told.append)
    assert [channel.name for channel in found] == ["log"]
    assert missing in told[0]


def test_a_resolved_alert_asks_for_nothing(alert: Alert) -> None:
    from dataclasses import replace

    over = replace(alert, change="resolved", row_keys=[], rows_affected=None)
    assert "Nothing to do." in over.text
    assert "Since" not in over.text
    assert over.as_json()["next_step"] is None
