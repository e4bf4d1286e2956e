"""Which of the policy's limits a measured plan exceeds. Compared exactly: a share of 0.29 allows 29 rows of 100."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.activation.guards.moves import FieldTally
    from abm.activation.guards.tallies import Measured, Tally
    from abm.policy.guards import Budget, SyncGuard


@dataclass(frozen=True)
class Finding:
    """A limit that a plan exceeds: where the policy states it, of which audience or field, and by how much."""

    policy_key: str
    told: str
    audience: str | None = None
    field: str | None = None


def exceeds(rows: int, base: int, share: float) -> bool:
    """Tell whether so many rows are more than this share of the base."""
    return rows > Decimal(repr(share)) * base


def findings(measured: Measured, guard: SyncGuard, *, may_go_first: bool = False) -> Iterator[Finding]:
    """Yield every limit that the plan exceeds; `may_go_first`: nobody need be asked about a first sync."""
    path = f"guards.destinations.{measured.plan.destination}"
    if measured.is_first_sync and guard.first_sync == "approve" and not may_go_first:
        yield Finding(
            f"{path}.first_sync",
            f"nothing is acknowledged by {measured.plan.destination} yet: it is the first sync, of "
            f"{measured.plan.rows_planned:,} rows",
        )
    yield from _over_budget(path, measured.whole, guard, is_first=measured.is_first_sync)
    for tally in measured.audiences:
        named = guard.audiences.get(tally.audience or "")
        where = f"{path}.audiences.{tally.audience}" if named else f"{path}.each_audience"
        yield from _over_budget(where, tally, named or guard.each_audience, is_first=measured.is_first_sync)
    for moved in measured.fields:
        yield from _moved(path, moved, measured.whole.acknowledged, guard)


def _over_budget(path: str, tally: Tally, budget: Budget, *, is_first: bool) -> Iterator[Finding]:
    of = f"of audience {tally.audience!r}" if tally.audience else "in all"
    for noun, rows, base, share_key, count_key in (
        ("creations", tally.creations, tally.desired, "max_create_share", "max_create_count"),
        ("updates", tally.updates, tally.acknowledged, "max_update_share", "max_update_count"),
        ("removals", tally.removals, tally.acknowledged, "max_remove_share", "max_remove_count"),
    ):
        share: float = getattr(budget, share_key)
        count: int | None = getattr(budget, count_key)
        is_counted = base >= budget.minimum_rows and not (is_first and noun == "creations")
        if is_counted and exceeds(rows, base, share):
            told = f"{rows:,} {noun} are {_percent(rows, base)} of {base:,} rows {of}; {share:.2%} may go unasked"
            yield Finding(f"{path}.{share_key}", told, tally.audience)
        if count is not None and rows > count:
            told = f"{rows:,} {noun} {of}; {count:,} may go unasked"
            yield Finding(f"{path}.{count_key}", told, tally.audience)
    yield from _shrunk(path, tally, budget, of)


def _shrunk(path: str, tally: Tally, budget: Budget, of: str) -> Iterator[Finding]:
    before = tally.before
    if not before or before < budget.minimum_rows:
        return
    lost = before - tally.desired
    if tally.audience and not tally.desired:
        yield Finding(path, f"audience {tally.audience!r} would be emptied of {before:,} members", tally.audience)
    elif exceeds(lost, before, budget.max_shrink_share):
        told = (
            f"{tally.desired:,} rows {of} are {_percent(lost, before)} fewer than the {before:,} before; "
            f"{budget.max_shrink_share:.2%} may go unasked"
        )
        yield Finding(f"{path}.max_shrink_share", told, tally.audience)


def _moved(path: str, tally: FieldTally, acknowledged: int, guard: SyncGuard) -> Iterator[Finding]:
    watched = guard.fields.get(tally.field)  # type: ignore[call-overload]
    if watched is None or tally.moved is None or acknowledged < guard.minimum_rows:
        return
    if exceeds(tally.moved, acknowledged, watched.max_moved_share):
        by = "" if watched.moved_by_over is None else f" by over {watched.moved_by_over:g}"
        told = (
            f"{tally.field} moves{by} on {tally.moved:,} records, {_percent(tally.moved, acknowledged)} of "
            f"{acknowledged:,}; {watched.max_moved_share:.2%} may go unasked"
        )
        yield Finding(f"{path}.fields.{tally.field}.max_moved_share", told, field=tally.field)


def _percent(rows: int, base: int) -> str:
    return f"{rows / base:.2%}" if base else "all"
