"""What a night is made of: a world to publish, what breaks, where the process dies, and what comes then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from .sandboxes import AUDIENCES, World
from .steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS = range(1, 5)
STYLES = ("one_to_one", "one_to_few")
FAULTS = {
    "throttled": {
        "salesforce": "concurrent_limit",
        "hubspot": "secondly",
        "linkedin": "throttled",
        "google": "minute_limit",
        "meta": "audience_limit",
    },
    "server": {
        "salesforce": "unknown",
        "hubspot": "server_500",
        "linkedin": "server_500",
        "google": "internal",
        "meta": "unknown",
    },
    "unavailable": {
        "salesforce": "unavailable",
        "hubspot": "server_503",
        "linkedin": "server_503",
        "google": "unavailable",
        "meta": "service",
    },
    "token_expired": {
        "salesforce": "session_expired",
        "hubspot": "token_expired",
        "linkedin": "token_expired",
        "google": "token_expired",
        "meta": "token_expired",
    },
}
KINDS = (*FAULTS, "cut", "lost", "lost_cut", "delayed", "of_row", "half_job")
MOMENTS = st.tuples(
    st.one_of(
        st.tuples(st.just("statement"), st.integers(1, 45)),
        st.tuples(st.just("request"), st.integers(1, 14)),
        st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 3)),
    ),
    st.sampled_from(["before", "after"]),
)


@dataclass(frozen=True)
class Trouble:
    """One fault: what it is, after how many requests, how often, and which row it is of."""

    kind: str
    skip: int
    times: int
    key: int


@dataclass(frozen=True)
class Night:
    """What is published, what breaks, where the process dies, and what people and schedulers do then."""

    world: World
    troubles: Sequence[Trouble]
    dies: tuple[tuple[str, int], str] | None
    then: str


values = st.tuples(st.sampled_from([*zip(STYLES, AUDIENCES, strict=True)]), st.integers(1, 2))
worlds = st.dictionaries(st.sampled_from(KEYS), values, max_size=4)
troubles = st.builds(
    Trouble, st.sampled_from(KINDS), st.integers(0, 8), st.sampled_from([1, 1, 2, 3, 6]), st.sampled_from(KEYS)
)
nights = st.builds(
    Night,
    worlds,
    st.lists(troubles, max_size=3),
    st.none() | MOMENTS,
    st.sampled_from(["leave", "resume", "resume", "again", "two at once", "rival", "new plan"]),
)
