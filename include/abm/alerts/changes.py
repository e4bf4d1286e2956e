"""What changed since it was told last: states as they are now against the latest alert of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

ChangeKind = Literal["opened", "changed", "resolved"]
StateKey = tuple[str, str]  # kind and subject


@dataclass(frozen=True)
class State:
    """Something that is not as it should be, now; it is another state when its digest is."""

    kind: str
    subject: str
    what: str
    digest: str
    since: datetime | None
    rows_affected: int | None
    row_keys: Sequence[str]

    @property
    def key(self) -> StateKey:
        return self.kind, self.subject


@dataclass(frozen=True)
class Told:
    """The latest alert on a kind and subject; without a digest it said that all is well again."""

    what: str
    digest: str | None


@dataclass(frozen=True)
class Change:
    """One difference between what is and what was told: `state` is None where it is over."""

    change: ChangeKind
    kind: str
    subject: str
    what: str
    state: State | None


def compare(states: Sequence[State], told: Mapping[StateKey, Told], read: frozenset[str]) -> Iterator[Change]:
    """Yield what to tell, in the order of the states and then of what is over.

    Only kinds in `read` can be over: where the states of a kind could not be read, nothing is known of them.
    """
    now = {state.key: state for state in states}
    for key, state in now.items():
        last = told.get(key)
        if last is None or last.digest is None:
            yield Change("opened", state.kind, state.subject, state.what, state)
        elif last.digest != state.digest:
            yield Change("changed", state.kind, state.subject, state.what, state)
    for (kind, subject), last in told.items():
        if last.digest is not None and kind in read and (kind, subject) not in now:
            yield Change("resolved", kind, subject, last.what, None)
