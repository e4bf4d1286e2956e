"""The change budget of a release: what may be published without a person's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from abm.policy.schema import Policy
    from abm.release.comparison import Comparison, Movement

_MOVEMENTS_TOLD = 5


@dataclass(frozen=True)
class Verdict:
    """What to do with a release, why, and a summary a person can decide on."""

    decision: Literal["publish", "approve", "stop"]
    reasons: Sequence[str]
    summary: str


def verdict(comparison: Comparison, policy: Policy) -> Verdict:
    """Judge a comparison by the policy's release guard; an empty candidate is never published."""
    if comparison.is_empty:
        reason = "the candidate has no accounts; look at the sources' landing checks"
        return Verdict("stop", (reason,), _summary(comparison, (reason,)))
    reasons = tuple(_over_budget(comparison, policy))
    return Verdict("approve" if reasons else "publish", reasons, _summary(comparison, reasons))


def _over_budget(comparison: Comparison, policy: Policy) -> Iterator[str]:
    guard = policy.guards.release
    if comparison.accounts_before < guard.minimum_rows:
        return
    if comparison.changed_share > guard.max_style_change_share:
        yield (
            f"{comparison.accounts_changed} of {comparison.accounts_kept} accounts ({comparison.changed_share:.1%}) "
            f"change style, budget {guard.max_style_change_share:.1%}"
        )
    if comparison.lost_share > guard.max_accounts_lost_share:
        yield (
            f"{comparison.accounts_lost} of {comparison.accounts_before} accounts ({comparison.lost_share:.1%}) "
            f"are gone, budget {guard.max_accounts_lost_share:.1%}"
        )


def _summary(comparison: Comparison, reasons: Sequence[str]) -> str:
    counts = (
        f"Release {comparison.release_id}: {comparison.accounts} accounts, {comparison.accounts_before} before; "
        f"{comparison.accounts_joined} join, {comparison.accounts_lost} leave, "
        f"{comparison.accounts_changed} change style."
    )
    lines = [counts]
    if comparison.is_first:
        lines.append("It is the first release, so there is nothing to compare it with.")
    else:
        lines += [_told(movement) for movement in comparison.movements[:_MOVEMENTS_TOLD]]
        if len(comparison.movements) > _MOVEMENTS_TOLD:
            lines.append(f"... and {len(comparison.movements) - _MOVEMENTS_TOLD} smaller movements")
    return "\n".join([*lines, *(f"Over budget: {reason}." for reason in reasons)])


def _told(movement: Movement) -> str:
    return f"  {movement.accounts} from {movement.from_style or 'outside'} to {movement.to_style or 'outside'}"
