"""Night after night over one small world: what a night decides is written to the ledgers the next one reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.decisions.worlds import policy_rows

from abm.policy.load import load_policy
from abm.policy.schema import Policy
from abm.policy.versions import policy_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.decisions.decider import Decider, World

Row = dict[str, Any]

INPUTS = (
    "int_accounts",
    "int_people",
    "int_activities_daily",
    "int_opportunities",
    "int_base_styles",
    "int_style_candidates",
    "int_admitted_overrides",
    "int_style_history",
)
MODELS = (
    "fct_qualified_accounts",
    "fct_qualification_precision",
    "fct_style_leases",
    "fct_lease_waitlist",
    "fct_rotation_waves",
    "fct_rotation_coverage",
)
# Ledger: the mart it copies, its key, and the columns whose change ends a row.
_LEDGERS = {
    "qualification_ledger": ("fct_qualified_accounts", ("account_id", "rule"), ("qualified_on", "sales_answer")),
    "lease_ledger": ("fct_style_leases", ("lease_id",), ("ends_on", "renewals")),
    "wave_ledger": ("fct_rotation_waves", ("account_id",), ("wave_id",)),
}
_COLUMNS = {
    "qualification_ledger": ("account_id", "rule", "qualified_on", "minutes", "people", "sales_answer", "sales_reason"),
    "lease_ledger": ("lease_id", "account_id", "style", "trigger", "starts_on", "ends_on", "renewals"),
    "wave_ledger": ("account_id", "wave_id", "starts_on", "ends_on"),
}


@dataclass
class Nights:
    """A policy, the accounts as they are now, and the ledgers as they stand."""

    decider: Decider
    policy: Policy
    accounts: dict[str, Row] = field(default_factory=dict)
    activities: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    opportunities: list[Row] = field(default_factory=list)
    ledgers: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in _LEDGERS})

    @classmethod
    def under(cls, decider: Decider, **parts: Any) -> Nights:
        return cls(decider, changed(**parts))

    def add(self, account_id: str, base_style: str = "one_to_many", **traits: Any) -> None:
        self.accounts[account_id] = {"base_style": base_style, "account_score": 50, **traits}

    def act(
        self, account_id: str, day: dt.date, *, kind: str = "meeting", minutes: float = 0, person: str | None
    ) -> None:
        """Let one person, or nobody known, do something for some minutes."""
        if person is not None and all(person != known["person_id"] for known in self.people):
            self.people.append({"person_id": person, "seniority": "manager"})
        self.activities.append(
            {
                "account_id": account_id,
                "person_id": person,
                "activity_type": kind,
                "activity_date": day,
                "activities": 1,
                "minutes": minutes,
            }
        )

    def ask_for_a_demo(self, account_id: str, on: dt.date) -> None:
        self.act(account_id, on, kind="demo_request", minutes=15, person=f"{account_id}/buyer")

    def answer(self, account_id: str, answer: str | None, on: dt.date | None) -> None:
        """Let sales accept or reject the account in the CRM."""
        self.accounts[account_id] |= {"mqa_answer": answer, "mqa_answered_on": on}

    def run(self, day: dt.date, *, publish: bool = True) -> dict[str, list[Row]]:
        """Decide one night and, where it is published, write its ledgers."""
        results = self.decider.run(self._world(day))
        if publish:
            for name in _LEDGERS:
                self.ledgers[name] = _published(name, self.ledgers[name], results, day)
        return results

    def leases(self, day: dt.date) -> dict[str, Row]:
        return {row["account_id"]: row for row in self.run(day)["fct_style_leases"]}

    def qualified(self, day: dt.date) -> dict[tuple[str, str], Row]:
        return {(row["account_id"], row["rule"]): row for row in self.run(day)["fct_qualified_accounts"]}

    def waiting(self, day: dt.date) -> dict[str, str]:
        return {row["account_id"]: row["reason_code"] for row in self.run(day)["fct_lease_waitlist"]}

    def wave(self, day: dt.date) -> set[str]:
        return {row["account_id"] for row in self.run(day)["fct_rotation_waves"]}

    def _world(self, day: dt.date) -> World:
        return {
            **policy_rows(self.policy, as_of=day),
            "int_accounts": self._rows(
                "industry", "country", "employees", "mqa_answer", "mqa_answer_reason", "mqa_answered_on"
            ),
            "int_base_styles": self._rows("base_style"),
            "int_style_candidates": self._rows("account_score", "exclusion", "is_customer", "is_override_admitted"),
            "int_style_history": [
                {"account_id": account_id, "effective_style": traits["base_style"], "valid_from": "2026-01-01"}
                for account_id, traits in self.accounts.items()
            ],
            "int_people": self.people,
            "int_activities_daily": self.activities,
            "int_opportunities": self.opportunities,
            **{f"ops.{name}": [{"release_id": "r", **row} for row in rows] for name, rows in self.ledgers.items()},
        }

    def _rows(self, *columns: str) -> list[Row]:
        return [
            {"account_id": account_id, **{column: traits.get(column) for column in columns}}
            for account_id, traits in self.accounts.items()
        ]


def changed(**parts: Any) -> Policy:
    """Return the starting policy with some parts changed; a mapping changes only the keys it names."""
    document = policy_document(load_policy(None))
    for name, part in parts.items():
        document[name] = {**document[name], **part} if isinstance(part, dict) else part
    return Policy.model_validate(document)


def reserves(**seats: int) -> dict[str, Any]:
    """Return the policy's styles with these lease reserves."""
    styles: dict[str, Any] = policy_document(load_policy(None))["styles"]
    for name, reserve in seats.items():
        styles[name]["seats"]["lease_reserve"] = reserve
    return styles


def _published(name: str, ledger: Sequence[Row], results: Mapping[str, list[Row]], day: dt.date) -> list[Row]:
    """Return the ledger after a release of that day: the rule of abm.release.ledger, for rows instead of tables."""
    mart_name, key, ends_with = _LEDGERS[name]
    mart = {_of(row, key): row for row in results[mart_name]}
    before = [
        row | {"valid_to": None if row["valid_to"] == day else row["valid_to"]}
        for row in ledger
        if row["valid_from"] != day
    ]
    after, kept = [], set()
    for row in before:
        now = mart.get(_of(row, key))
        if row["valid_to"] is None and (now is None or _of(now, ends_with) != _of(row, ends_with)):
            after.append(row | {"valid_to": day})
            continue
        after.append(row)
        if row["valid_to"] is None:
            kept.add(_of(row, key))
    opened = [
        {"valid_from": day, "valid_to": None, **{column: row[column] for column in _COLUMNS[name]}}
        for row in results[mart_name]
        if _of(row, key) not in kept
    ]
    return after + opened


START = dt.date(2026, 3, 2)


def day(number: int) -> dt.date:
    """Return the date of a night, counted from the first."""
    return START + dt.timedelta(days=number)


def _of(row: Row, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns)
