"""The candidate beside the live release, with the verdict of the policy it was built by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm.policy.versions import read_policy
from abm.release.builds import read_context
from abm.release.difference import Difference, count_changes, require_candidate
from abm.release.movers import Moves, find_moves
from abm.release.verdicts import judge
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm.release.verdicts import Decision


@dataclass(frozen=True)
class Comparison:
    """What publishing would change, what to do about it, why, and a summary a person can decide on."""

    release_id: str
    is_review: bool
    changes: Difference
    moves: Moves
    verdict: Decision
    reasons: Sequence[str]
    summary: str


def compare(url: str) -> Comparison:
    """Count what the candidate would change and judge it; the counts are noted at its release.

    Raises HeldError where no candidate of the open build exists.
    """
    with connect(url) as connection:
        context = read_context(connection)
        require_candidate(connection, context)
        changes = count_changes(connection, context)
        connection.execute(
            "update ops.releases set accounts = %s, accounts_changed = %s"
            " where release_id = %s and published_at is null",
            [changes.accounts, changes.accounts_changed, context.release_id],
        )
        moves = find_moves(connection, context, changes.accounts_changed)
        verdict = judge(changes, read_policy(connection, context.policy_version))
    kind = "A review of base styles." if context.is_review else "A night: base styles stay, leases run."
    return Comparison(
        release_id=context.release_id,
        is_review=context.is_review,
        changes=changes,
        moves=moves,
        verdict=verdict.decision,
        reasons=verdict.reasons,
        summary="\n".join([kind, verdict.summary, *moves.lines]),
    )
