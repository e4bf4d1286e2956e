"""A release that is not published: held by a check or guard, or rejected by a person."""

from __future__ import annotations

from typing import Literal

from abm.errors import HeldError
from abm.release.locks import lock_release
from abm.warehouse import connect

_UNFINISHED = "its build failed; the log of the failed step says why."


def hold(url: str, release_id: str, reason: str) -> None:
    """Note why the release waits; the live one stays, and the held one can still be published."""
    _decide(url, release_id, "held", "guard", reason)


def reject(url: str, release_id: str, reason: str, *, decided_by: str = "a person") -> None:
    """Note that a person turned the release down; it can no longer be published."""
    _decide(url, release_id, "rejected", decided_by, reason)


def hold_unfinished(url: str, release_id: str) -> None:
    """Hold a release whose build ended without a word; one with another fate is left as it is."""
    with connect(url) as connection:
        connection.execute(
            "update ops.releases set status = 'held', decided_at = now(), decided_by = 'guard', reason = %s"
            " where release_id = %s and status = 'building'",
            [_UNFINISHED, release_id],
        )


def _decide(url: str, release_id: str, status: Literal["held", "rejected"], decided_by: str, reason: str) -> None:
    with connect(url) as connection:
        lock_release(connection)
        changed = connection.execute(
            "update ops.releases set status = %s, decided_at = now(), decided_by = %s, reason = %s"
            " where release_id = %s and (status in ('building', 'held') or status = %s) returning true",
            [status, decided_by, reason, release_id, status],
        ).fetchone()
    if changed is None:
        raise HeldError(
            f"Release {release_id!r} is not waiting for a decision. 'ops.releases' tells what became of it."
        )
