"""Where alerts are told: Slack, mail, a webhook of yours, and always the log.

Each is configured by one connection: `abm_alerts_slack`, `abm_alerts_mail`, `abm_alerts_webhook` (docs/alerts.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import httpx

from abm.alerts.mail import MailChannel
from abm.errors import AbmError, ConfigurationError, Fault, RefusedError, RetryableError
from abm.http import PlatformClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from abm.alerts.messages import Alert
    from abm.settings import Connection

SLACK_URL = "https://hooks.slack.com/services"
_TRANSIENT = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})


class Channel(Protocol):
    """Tells alerts, one at a time; raises AbmError where one could not be told."""

    @property
    def name(self) -> str: ...

    def send(self, alert: Alert) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class LogChannel:
    """Prints what is told: a task's log in Airflow, the terminal of `abm run`."""

    tell: Callable[[str], None]
    name: str = "log"

    def send(self, alert: Alert) -> None:
        self.tell(alert.text)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class HttpChannel:
    """Posts each alert as JSON to one address."""

    name: str
    client: PlatformClient
    path: str
    body: Callable[[Alert], Mapping[str, Any]]

    def send(self, alert: Alert) -> None:
        self.client.request(
            "POST", self.path, json=self.body(alert), headers={"Idempotency-Key": f"abm-alert-{alert.alert_id}"}
        )

    def close(self) -> None:
        self.client.close()


@dataclass
class _Bearer:
    token: str = field(repr=False)

    def headers(self, client: httpx.Client) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def renew(self) -> None:
        """Do nothing: a token that is refused is a person's to replace."""


def open_channels(find: Callable[[str], Connection | None], tell: Callable[[str], None]) -> Sequence[Channel]:
    """Return the log and every channel whose connection `find` knows by its name without `abm_`.

    A channel that is configured wrongly is told and left out.
    """
    channels: list[Channel] = [LogChannel(tell)]
    for name, open_channel in CHANNELS.items():
        try:
            if (connection := find(name)) is not None:
                channels.append(open_channel(connection))
        except AbmError as error:
            tell(f"Alerts cannot be told there: {error}")
    return channels


def _slack(connection: Connection) -> Channel:
    """Open an incoming webhook: its secret path is the password, or all of its address the host."""
    secret = connection.password.removeprefix(SLACK_URL).strip("/")
    if not secret and not connection.base_url:
        raise ConfigurationError(
            Fault(f"connection {connection.conn_id}", "has no webhook", "Put the webhook's path into its password")
        )
    address = "/".join(part for part in (connection.base_url or SLACK_URL, secret) if part)
    return _http_channel("slack", connection, address, _Bearer(""), lambda alert: {"text": alert.text})


def _webhook(connection: Connection) -> Channel:
    if not connection.base_url:
        raise ConfigurationError(Fault(f"connection {connection.conn_id}", "has no host", "Put the address into it"))
    bearer = _Bearer(connection.password)
    return _http_channel("webhook", connection, connection.base_url, bearer, lambda alert: alert.as_json())


def _http_channel(
    name: str, connection: Connection, address: str, bearer: _Bearer, body: Callable[[Alert], Mapping[str, Any]]
) -> HttpChannel:
    """Return a channel that asks once: a message without an answer may have been told, and is not repeated at once."""
    parts = urlsplit(address)
    client = PlatformClient(
        platform=connection.conn_id.removeprefix("abm_"),
        base_url=f"{parts.scheme}://{parts.netloc}",
        authentication=bearer,
        classify=lambda response: _classify(connection.conn_id, response),
        attempts=1,
    )
    return HttpChannel(name, client, address.removeprefix(f"{parts.scheme}://{parts.netloc}") or "/", body)


def _classify(conn_id: str, response: httpx.Response) -> AbmError:
    told = f"{conn_id} answered {response.status_code}."
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.status_code in _TRANSIENT:
        return RetryableError(told, code=str(response.status_code))
    return RefusedError(
        f"{told} Check the address and secret of the connection.",
        code=str(response.status_code),
        status=response.status_code,
    )


# By connection, without its `abm_`. Each raises ConfigurationError where that lacks something; none asks the network.
CHANNELS: Mapping[str, Callable[[Connection], Channel]] = {
    "alerts_slack": _slack,
    "alerts_mail": MailChannel,
    "alerts_webhook": _webhook,
}
