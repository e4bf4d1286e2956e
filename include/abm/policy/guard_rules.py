"""What must hold of the guards, and what in them can never ask anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.errors import Fault
from abm.policy.fields import is_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.policy.guards import Budget, SyncGuard
    from abm.policy.schema import Policy

_LARGE_MINIMUM = 10_000  # rows below which a guard's shares do not count: few companies have more accounts


def broken_guards(policy: Policy) -> Iterator[Fault]:
    """Yield watched fields whose moves are measured, and which are no numbers."""
    for path, guard in _sync_guards(policy):
        for field, watched in guard.fields.items():
            if watched and watched.moved_by_over is not None and not is_number(field):
                inherited = policy.guards.default.fields.get(field) == watched and path != "guards.default"
                if not inherited:
                    yield Fault(
                        f"{path}.fields.{field}.moved_by_over", "is set for a field without numbers", "Leave it out"
                    )


def guard_doubts(policy: Policy) -> Iterator[Fault]:
    """Yield limits that can never be reached, and guards of what does not exist."""
    yield from _release_doubts(policy)
    told: set[tuple[str, object]] = set()
    for path, guard in _sync_guards(policy):
        for where, budget in _budgets(path, guard):
            for fault, value in _budget_doubts(where, budget):
                inherited = fault.where.removeprefix(path), value
                if inherited not in told:
                    told.add(inherited)
                    yield fault
    yield from _unknown_names(policy)


def _release_doubts(policy: Policy) -> Iterator[Fault]:
    release = policy.guards.release
    for name in ("max_style_change_share", "max_accounts_lost_share"):
        if getattr(release, name) >= 1:
            yield _never(f"guards.release.{name}")
    if release.minimum_rows > _LARGE_MINIMUM:
        yield _hardly("guards.release", release.minimum_rows)


def _sync_guards(policy: Policy) -> Iterator[tuple[str, SyncGuard]]:
    yield "guards.default", policy.guards.default
    for name, guard in policy.guards.destinations.items():
        yield f"guards.destinations.{name}", guard


def _budgets(path: str, guard: SyncGuard) -> Iterator[tuple[str, Budget]]:
    yield path, guard
    yield f"{path}.each_audience", guard.each_audience
    for name, budget in guard.audiences.items():
        yield f"{path}.audiences.{name}", budget


def _budget_doubts(path: str, budget: Budget) -> Iterator[tuple[Fault, object]]:
    if budget.max_remove_share >= 1 and budget.max_remove_count is None:
        yield _never(f"{path}.max_remove_share"), budget.max_remove_share
    if budget.minimum_rows > _LARGE_MINIMUM:
        yield _hardly(path, budget.minimum_rows), budget.minimum_rows


def _never(path: str) -> Fault:
    return Fault(path, "is 1, so this guard can never fire", "Allow less than everything")


def _hardly(path: str, rows: int) -> Fault:
    return Fault(
        f"{path}.minimum_rows",
        f"is {rows:,}, so its shares hardly ever count",
        "Choose a number well below your accounts",
    )


def _unknown_names(policy: Policy) -> Iterator[Fault]:
    for destination, guard in policy.guards.destinations.items():
        if destination not in {*policy.fields, *policy.audiences}:
            yield Fault(
                f"guards.destinations.{destination}", "guards what is sent nothing", "Check the destination's name"
            )
            continue
        names = set(policy.audiences.get(destination, {}).values())
        for name in guard.audiences.keys() - policy.guards.default.audiences.keys() - names:
            yield Fault(
                f"guards.destinations.{destination}.audiences.{name}",
                "is no audience of the policy",
                f"Name one of audiences.{destination}",
            )
