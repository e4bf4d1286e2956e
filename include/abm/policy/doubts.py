"""What a policy may say, but probably does not mean: warnings of `abm policy check`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abm.errors import Fault
from abm.policy.audience_names import telling_names
from abm.policy.idle import idle_doubts
from abm.policy.practice import practice_doubts
from abm.policy.seats import style_seats
from abm.policy.traits import trait_doubts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.policy.schema import Policy

_TIER_LABEL = re.compile(r"\btier\s*\d", re.IGNORECASE)


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield what deserves a second look."""
    for name, style in policy.styles.items():
        if _TIER_LABEL.search(style.label):
            yield Fault(
                f"styles.{name}.label", f"'{style.label}' is a tier", "Everyone wants the top tier; name the style"
            )
    yield from _unheard_audiences(policy)
    yield from telling_names(policy)
    yield from _seat_doubts(policy)
    yield from practice_doubts(policy)
    yield from idle_doubts(policy)
    yield from trait_doubts(policy)
    if policy.rates.get(policy.currency, 1.0) != 1.0:
        yield Fault(f"rates.{policy.currency}", "is not 1 for the policy's own currency", "It is read as 1; remove it")


def _unheard_audiences(policy: Policy) -> Iterator[Fault]:
    for name, style in policy.enabled_styles.items():
        if style.audience and not any(names.get(name) for names in policy.audiences.values()):
            yield Fault(f"styles.{name}.audience", "is on, but no destination names it", "Name it under audiences")


def _seat_doubts(policy: Policy) -> Iterator[Fault]:
    for name, style in policy.enabled_styles.items():
        number = style_seats(style, policy.portfolio.capacity)
        if number == 0:
            yield Fault(f"styles.{name}.seats", "hold no account", "Its candidates all wait; or switch the style off")
        if name == "one_to_one" and number is not None and number >= policy.portfolio.one_to_one_overload:
            yield Fault(
                f"styles.{name}.seats",
                f"hold {number} accounts, many for bespoke work",
                "Check that its people can give each what it is promised",
            )
        if not style.spend.low <= style.spend.planned <= style.spend.high:
            yield Fault(
                f"styles.{name}.spend.planned",
                f"{style.spend.planned:,.0f} is outside {style.spend.low:,.0f} to {style.spend.high:,.0f}",
                "Plan within the band, or move the band",
            )
