"""A market that moves a little every night: noisy potentials and scores, demos asked for, accounts that come and go."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from abm.policy.styles import STYLES

if TYPE_CHECKING:
    from tests.decisions.decider import World

_CENTRE = 300_000  # half of the accounts lie near the edge of 1:Few
_STAYS_AWAY = 3  # nights for which a source forgets an account


@dataclass
class _Trait:
    potential: float
    score: float
    is_customer: bool
    first_night: int
    away_until: int = -1


@dataclass
class Market:
    """Accounts and what happens to them, the same for the same seed."""

    seed: int
    accounts: int = 60
    first_day: dt.date = dt.date(2026, 1, 1)
    traits: dict[str, _Trait] = field(default_factory=dict)
    demos: list[tuple[str, dt.date]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 (a test draws, no key)
        for number in range(self.accounts):
            self.traits[f"{number:02d}.example"] = _Trait(
                potential=_CENTRE * math.exp(self.random.gauss(0, 1.5)),
                score=self.random.uniform(20, 90),
                is_customer=self.random.random() < 0.4,
                first_night=0 if self.random.random() < 0.85 else self.random.randrange(120),
            )

    def day(self, night: int) -> dt.date:
        return self.first_day + dt.timedelta(days=night)

    def night(self, night: int) -> World:
        """Let a night pass and return what the sources tell then."""
        for name, trait in self.traits.items():
            self._pass_a_day(name, trait, night)
        here = {name: trait for name, trait in self.traits.items() if trait.first_night <= night > trait.away_until}
        noise = self.random.gauss
        return {
            "int_accounts": [{"account_id": name, "domain": name, "employees": 500} for name in here],
            "int_account_potential": [
                {"account_id": name, "annual_potential": round(trait.potential * math.exp(noise(0, 0.08)), 2)}
                for name, trait in here.items()
            ],
            "int_account_scores": [
                {"account_id": name, "account_score": round(min(100, max(0, trait.score + noise(0, 4))), 2)}
                for name, trait in here.items()
            ],
            "int_account_revenue": [
                {"account_id": name, "won_deals": 1} for name, trait in here.items() if trait.is_customer
            ],
            "int_team_gates": [
                {"account_id": name} | {f"has_team_for_{style}": True for style in STYLES} for name in here
            ],
            "int_people": [{"person_id": f"p/{name}", "account_id": name, "seniority": "vp"} for name in here],
            "int_activities_daily": [
                {
                    "account_id": name,
                    "person_id": f"p/{name}",
                    "activity_type": "demo_request",
                    "activity_date": day,
                    "activities": 1,
                    "minutes": 15,
                }
                for name, day in self.demos
                if name in here
            ],
        }

    def _pass_a_day(self, name: str, trait: _Trait, night: int) -> None:
        draw = self.random
        trait.potential *= math.exp(draw.gauss(0, 0.01))
        trait.score = min(100, max(0, trait.score + draw.gauss(0, 0.7)))
        trait.is_customer = trait.is_customer or draw.random() < 0.001
        if draw.random() < 0.004:
            trait.away_until = night + draw.randrange(_STAYS_AWAY)
        if draw.random() < 0.008:
            self.demos.append((name, self.day(night)))
