"""Upload sessions: batches that belong together, counted as they come; a replacement takes effect with the last.

https://developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm_sandbox.meta.errors import GraphError, invalid

if TYPE_CHECKING:
    from abm_sandbox.meta.members import Person
    from abm_sandbox.meta.payloads import Payload

SESSION_SECONDS = 90 * 60.0
_LARGEST_ID = 2**63


@dataclass
class Session:
    """One upload; numbers are told as text."""

    session_id: int
    audience_id: str
    action: str
    start: float
    end: float | None = None
    received: dict[int, int] = field(default_factory=dict)
    invalid: dict[int, int] = field(default_factory=dict)
    people: dict[int, list[Person]] = field(default_factory=dict)
    num_matched: int = 0

    @property
    def num_received(self) -> int:
        return sum(self.received.values())

    def take(self, batch: int, payload: Payload) -> None:
        """Count a batch; the same one again counts once."""
        self.received[batch] = payload.received
        self.invalid[batch] = len(payload.malformed)
        if self.action == "REPLACE":
            self.people[batch] = payload.people

    def told(self) -> dict[str, str]:
        times = {"start_time": str(int(self.start))}
        if self.end is not None:
            times["end_time"] = str(int(self.end))
        return {
            "session_id": str(self.session_id),
            **times,
            "num_received": str(self.num_received),
            "num_invalid_entries": str(sum(self.invalid.values())),
            "num_matched": str(self.num_matched),
            "progress": "100" if self.end is not None else "0",
            "stage": "done" if self.end is not None else "uploading",
        }


@dataclass(frozen=True)
class Batch:
    """Where a request says it stands in its session."""

    session_id: int
    number: int
    is_last: bool


def read_batch(session: Any) -> Batch | None:
    """Return the session part of a request, None where it has none."""
    if session is None:
        return None
    if not isinstance(session, dict):
        raise GraphError(100, "(#100) param session must be a JSON object.")
    session_id, number = _positive(session, "session_id"), _positive(session, "batch_seq")
    if session_id >= _LARGEST_ID:
        raise invalid("session_id must be a positive 64-bit integer")
    is_last = session.get("last_batch_flag", False)
    if not isinstance(is_last, bool):
        raise invalid("last_batch_flag must be a boolean")
    return Batch(session_id, number, is_last)


@dataclass
class Sessions:
    """The sessions of an account, as long as the server runs."""

    sessions: dict[int, Session] = field(default_factory=dict)

    def enter(self, batch: Batch, audience_id: str, action: str, now: float) -> Session:
        session = self.sessions.get(batch.session_id)
        if session is None:
            if action == "REPLACE" and self._is_replacing(audience_id, now):
                raise invalid("Another operation of this audience is under way")
            session = self.sessions[batch.session_id] = Session(batch.session_id, audience_id, action, now)
        if (session.audience_id, session.action) != (audience_id, action):
            raise invalid("This session belongs to another upload")
        is_over = now - session.start > SESSION_SECONDS or session.end is not None
        if is_over and not (action != "REPLACE" and batch.number in session.received):
            raise invalid("This session is over")
        return session

    def of(self, audience_id: str, session_id: str | None) -> list[dict[str, str]]:
        return [
            session.told()
            for session in self.sessions.values()
            if session.audience_id == audience_id and session_id in {None, str(session.session_id)}
        ]

    def _is_replacing(self, audience_id: str, now: float) -> bool:
        return any(
            session.audience_id == audience_id and session.end is None and now - session.start <= SESSION_SECONDS
            for session in self.sessions.values()
            if session.action == "REPLACE"
        )


def _positive(session: dict[str, Any], name: str) -> int:
    value = session.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise invalid(f"{name} must be a positive integer")
    return value
