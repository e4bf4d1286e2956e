"""Nights in a row as they are published: each writes its ledgers by the product's own rule, the next reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.decisions.worlds import VERSION, policy_rows

from abm.release.builds import BuildContext
from abm.release.ledger import Ledger, Schemas, append_ledger

if TYPE_CHECKING:
    import datetime as dt

    from tests.decisions.decider import Decider, Row, World

    from abm.policy.schema import Policy

INPUTS = (
    "int_accounts",
    "int_account_potential",
    "int_account_scores",
    "int_account_revenue",
    "int_team_gates",
    "int_style_overrides",
    "int_people",
    "int_activities_daily",
    "int_opportunities",
)
MODELS = ("int_account_styles", "fct_style_leases", "fct_qualified_accounts")
# As docs/architecture.md, "Ledgers", has them.
LEDGERS = (
    Ledger("style_ledger", "fct_account_styles", ("account_id",), ("effective_style", "base_style")),
    Ledger("override_ledger", "fct_style_overrides", ("override_id",), ("style", "ends_on")),
    Ledger("lease_ledger", "fct_style_leases", ("lease_id",), ("ends_on", "renewals")),
    Ledger("qualification_ledger", "fct_qualified_accounts", ("account_id", "rule"), ("sales_answer",)),
)
# What a release has of each mart, without the words.
_MARTS = """
create schema if not exists released;
create or replace view released.fct_account_styles as
    select account_id, effective_style, base_style, reason_code, reason_code as reason
    from intermediate.int_account_styles;
create or replace view released.fct_style_overrides as select * from intermediate.int_style_overrides;
create or replace view released.fct_style_leases as select * from candidate_marts.fct_style_leases;
create or replace view released.fct_qualified_accounts as select * from candidate_marts.fct_qualified_accounts;
"""


@dataclass
class PublishedNights:
    """One warehouse over many nights; a new one starts with empty ledgers."""

    decider: Decider

    def __post_init__(self) -> None:
        self.decider.connection.execute(_MARTS)
        for ledger in LEDGERS:
            self.decider.connection.execute(f"truncate ops.{ledger.table}")

    def build(self, world: World, policy: Policy, day: dt.date, *, is_review: bool = False) -> dict[str, Row]:
        """Decide one night and return its styles by account; nothing is published."""
        rows = self.decider.run(policy_rows(policy, as_of=day, is_review=is_review) | world, ["int_account_styles"])
        return {row["account_id"]: row for row in rows["int_account_styles"]}

    def publish(self, day: dt.date) -> None:
        """Write the ledgers from what was built last."""
        context = BuildContext("release", day, VERSION)
        for ledger in LEDGERS:
            append_ledger(self.decider.connection, ledger, context, Schemas("ops", "released"))

    def night(self, world: World, policy: Policy, day: dt.date, *, is_review: bool = False) -> dict[str, Row]:
        styles = self.build(world, policy, day, is_review=is_review)
        self.publish(day)
        return styles
