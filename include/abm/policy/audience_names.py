"""What an audience's name must not tell: platforms flag such names, and everyone on the ad account reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abm.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.policy.schema import Policy

_TELLING = {
    "health, finance or a rival": r"health|medic|patient|bank|credit|debt|loan|insur|competitor|\brival",
    "how an account is treated": (
        r"\babm\b|account.based|1 ?: ?(1|few|many)|one.to.(one|few|many)|strategic|\blite\b|programmatic|\btier|"
        r"target account|\bkey account|\bvip\b|top \d|high.value|churn|at.risk|win.?back|lost"
    ),
    "what somebody did or wants": r"intent|in.market|visit|opened|clicked|download|abandon|hot lead|\bmql\b|\bmqa\b",
    "consent": r"\bopt(ed|s|ing)?\b|opt.?(in|out)|consent|gdpr|unsubscri|suppress",
    "who is in it": (
        r"@|person|people|employee|decision.?maker|executive|c.level|\bc[efimst]o\b|\bvps?\b|director|manager"
    ),
}
_PATTERNS = {what: re.compile(pattern, re.IGNORECASE) for what, pattern in _TELLING.items()}


def telling_names(policy: Policy) -> Iterator[Fault]:
    """Yield each audience whose name says more than it should; a marketer's name says who works on it."""
    for destination, names in policy.audiences.items():
        for style, name in names.items():
            if name and (told := _told(name, _marketers(policy))):
                yield Fault(
                    f"audiences.{destination}.{style}",
                    f"'{name}' may suggest {told}",
                    "Platforms flag such names; choose a neutral one",
                )


def _told(name: str, marketers: frozenset[str]) -> str | None:
    spaced = name.replace("_", " ")
    told = next((what for what, pattern in _PATTERNS.items() if pattern.search(spaced)), None)
    if told is None and not marketers.isdisjoint(spaced.lower().split()):
        return "who works on it"
    return told


def _marketers(policy: Policy) -> frozenset[str]:
    return frozenset(
        word
        for style in policy.styles.values()
        for marketer in style.seats.marketers
        for word in marketer.name.lower().split()
    )
