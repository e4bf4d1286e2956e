"""The change budget of a release: what may be published without a person's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abm.policy.schema import Policy
    from abm.release.difference import Difference, Movement

Decision = Literal["publish", "approve", "stop"]
_MOVEMENTS_TOLD = 5


@dataclass(frozen=True)
class Verdict:
    """What to do with a release, why, and a summary a person can decide on."""

    decision: Decision
    reasons: Sequence[str]
    summary: str


def judge(changes: Difference, policy: Policy) -> Verdict:
    """Judge a difference by the policy's release guard; an empty candidate is never published."""
    if changes.is_empty:
        reason = "the candidate has no accounts; look at the sources' landing checks"
        return Verdict("stop", (reason,), _summary(changes, (reason,)))
    reasons = tuple(_over_budget(changes, policy))
    return Verdict("approve" if reasons else "publish", reasons, _summary(changes, reasons))


def _over_budget(changes: Difference, policy: Policy) -> Iterator[str]:
    guard = policy.guards.release
    if changes.accounts_before < guard.minimum_rows:
        return
    if changes.changed_share > guard.max_style_change_share:
        yield (
            f"{changes.accounts_changed} of {changes.accounts_kept} accounts ({changes.changed_share:.1%}) "
            f"change style, budget {guard.max_style_change_share:.1%}"
        )
    if changes.lost_share > guard.max_accounts_lost_share:
        yield (
            f"{changes.accounts_lost} of {changes.accounts_before} accounts ({changes.lost_share:.1%}) "
            f"are gone, budget {guard.max_accounts_lost_share:.1%}"
        )


def _summary(changes: Difference, reasons: Sequence[str]) -> str:
    counts = (
        f"Release {changes.release_id}: {changes.accounts} accounts, {changes.accounts_before} before; "
        f"{changes.accounts_joined} join, {changes.accounts_lost} leave, "
        f"{changes.accounts_changed} change style."
    )
    lines = [counts]
    if changes.is_first:
        lines.append("It is the first release, so there is nothing to compare it with.")
    else:
        lines += [_told(movement) for movement in changes.movements[:_MOVEMENTS_TOLD]]
        if len(changes.movements) > _MOVEMENTS_TOLD:
            lines.append(f"... and {len(changes.movements) - _MOVEMENTS_TOLD} smaller movements")
    return "\n".join([*lines, *(f"Over budget: {reason}." for reason in reasons)])


def _told(movement: Movement) -> str:
    return f"  {movement.accounts} from {movement.from_style or 'outside'} to {movement.to_style or 'outside'}"
