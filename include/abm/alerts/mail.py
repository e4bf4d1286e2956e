"""Alerts by mail, through an SMTP server of yours."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from abm.errors import AbmError, ConfigurationError, Fault, RefusedError, RetryableError

if TYPE_CHECKING:
    from abm.alerts.messages import Alert
    from abm.settings import Connection

TIMEOUT_SECONDS = 30
_SUBMISSION_PORT = 587
_TLS_PORT = 465


@dataclass
class MailChannel:
    """Sends each alert as one mail to the extra's `to`, from its `from_email`.

    Port 465 is TLS from the start; on others TLS is begun unless the extra says `disable_tls`.
    """

    connection: Connection
    name: ClassVar[str] = "mail"

    def __post_init__(self) -> None:
        extra = self.connection.extra
        missing = [name for name in ("to", "from_email") if not extra.get(name)]
        missing += [] if self.connection.base_url else ["host"]
        if missing:
            raise ConfigurationError(
                Fault(f"connection {self.connection.conn_id}", f"lacks {', '.join(missing)}", "See docs/alerts.md")
            )

    def send(self, alert: Alert) -> None:
        try:
            with self._connected() as server:
                server.send_message(self._message(alert))
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPAuthenticationError) as error:
            raise self._refused(error) from None  # the cause quotes addresses
        except smtplib.SMTPResponseException as error:
            raise self._by_code(error) from None
        except (smtplib.SMTPException, OSError) as error:
            raise RetryableError(
                f"{self.connection.conn_id} did not take a mail ({type(error).__name__}).", code="UNREACHABLE"
            ) from None

    def close(self) -> None:
        """Each mail has a connection of its own."""

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.connection.base_url)
        host, port = parts.hostname or "", parts.port or _SUBMISSION_PORT
        if port == _TLS_PORT:
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS)
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        try:
            if port != _TLS_PORT and not self.connection.extra.get("disable_tls"):
                server.starttls()
            if self.connection.login:
                server.login(self.connection.login, self.connection.password)
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, alert: Alert) -> EmailMessage:
        extra = self.connection.extra
        message = EmailMessage()
        message["Subject"] = f"[ABM] {alert.title}"
        message["From"] = extra["from_email"]
        message["To"] = extra["to"]
        message["Date"] = format_datetime(alert.noticed_at)
        # The same for a message that is sent again, so that mailboxes can tell.
        message["Message-ID"] = f"<abm-alert-{alert.alert_id}@{str(extra['from_email']).rpartition('@')[2]}>"
        message.set_content(alert.text)
        return message

    def _refused(self, error: Exception) -> AbmError:
        return RefusedError(
            f"{self.connection.conn_id} refused a mail ({type(error).__name__}). "
            "Check login, from_email and to of the connection.",
            code=type(error).__name__,
        )

    def _by_code(self, error: smtplib.SMTPResponseException) -> AbmError:
        told = f"{self.connection.conn_id} answered {error.smtp_code}."
        is_passing = error.smtp_code < 500  # noqa: PLR2004 (SMTP: 4yz may be taken later, 5yz never)
        return (
            RetryableError(told, code=str(error.smtp_code))
            if is_passing
            else RefusedError(told, code=str(error.smtp_code))
        )
