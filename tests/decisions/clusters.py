"""Micro-segments night after night: 1:Few accounts come, go and change, and the ledger carries their clusters."""

from __future__ import annotations

import copy
import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.decisions.worlds import policy_rows

from abm.policy.load import load_policy
from abm.policy.schema import Policy
from abm.policy.versions import policy_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.decisions.decider import Decider

Row = dict[str, Any]
START = dt.date(2026, 3, 2)
INPUTS = ("int_accounts", "int_account_styles", "int_account_revenue")
MODELS = ("int_micro_segment_placements", "int_micro_segment_marketers", "int_micro_segments", "dim_micro_segments")
TRAITS = (("industry", "imperative"), ("industry",), ("imperative",))
_CARRIED = ("account_id", "micro_segment_id", "micro_segment_number", "industry", "imperative")


def policy_with(marketers: int = 1, **micro_segments: Any) -> Policy:
    document = copy.deepcopy(policy_document(load_policy(None)))
    document["micro_segments"] |= micro_segments
    document["styles"]["one_to_few"]["seats"]["marketers"] = [{"name": f"m{number}"} for number in range(marketers)]
    return Policy.model_validate(document)


@dataclass(frozen=True)
class Night:
    """What one night decided, by account and by cluster."""

    placements: Mapping[str, Row]
    clusters: Mapping[str, Row]

    @property
    def members(self) -> dict[str, set[str]]:
        members = defaultdict(set)
        for account_id, row in self.placements.items():
            if row["micro_segment_id"] is not None:
                members[row["micro_segment_id"]].add(account_id)
        return dict(members)

    def of(self, account_id: str) -> str | None:
        cluster: str | None = self.placements[account_id]["micro_segment_id"]
        return cluster


@dataclass
class ClusterNights:
    """The 1:Few accounts as they are now, and the ledger as it stands."""

    decider: Decider
    policy: Policy
    accounts: dict[str, Row] = field(default_factory=dict)
    ledger: list[Row] = field(default_factory=list)
    today: dt.date = START

    def add(self, *account_ids: str, **traits: Any) -> None:
        for account_id in account_ids:
            self.accounts[account_id] = traits

    def drop(self, *account_ids: str) -> None:
        for account_id in account_ids:
            del self.accounts[account_id]

    def run(self, *, publish: bool = True, newest_first: bool = False) -> Night:
        """Decide one night and, where it is published, write the ledger and go on to the next day."""
        accounts = list(self.accounts.items())
        rows = [{"account_id": account_id, **traits} for account_id, traits in accounts[:: -1 if newest_first else 1]]
        columns = ("account_id", "industry", "imperative", "country", "employees")
        results = self.decider.run(
            {
                **policy_rows(self.policy, as_of=self.today),
                "int_accounts": [{column: row.get(column) for column in columns} for row in rows],
                "int_account_styles": [
                    {"account_id": row["account_id"], "effective_style": "one_to_few"} for row in rows
                ],
                "ops.micro_segment_ledger": self.ledger,
            }
        )
        clusters = {row["micro_segment_id"]: row for row in results["dim_micro_segments"]}
        night = Night({row["account_id"]: row for row in results["int_micro_segment_placements"]}, clusters)
        if publish:
            self._publish(night)
            self.today += dt.timedelta(days=1)
        return night

    def _publish(self, night: Night) -> None:
        held = set()
        for row in self.ledger:
            if row["valid_to"] is not None:
                continue
            placed = night.placements.get(row["account_id"])
            marketer = placed and placed["micro_segment_id"] and night.clusters[placed["micro_segment_id"]]["marketer"]
            if placed and (placed["micro_segment_id"], marketer) == (row["micro_segment_id"], row["marketer"]):
                held.add(row["account_id"])
            else:
                row["valid_to"] = self.today
        for account_id, row in night.placements.items():
            if row["micro_segment_id"] is not None and account_id not in held:
                opened = {name: row[name] for name in _CARRIED}
                marketer = night.clusters[row["micro_segment_id"]]["marketer"]
                self.ledger.append(
                    {"valid_from": self.today, "valid_to": None, "release_id": "r", "marketer": marketer, **opened}
                )


def misplaced(run: ClusterNights, night: Night) -> list[str]:
    """Say what a night got wrong, by the rulebook alone; empty where nothing."""
    sizes = run.policy.micro_segments
    told = [
        f"{cluster} has {len(members)} accounts"
        for cluster, members in night.members.items()
        if not sizes.minimum_accounts <= len(members) <= sizes.maximum_accounts
    ]
    told += [account_id for account_id in run.accounts if account_id not in night.placements]
    told += [
        f"{account_id} does not share the traits of {row['micro_segment_id']}"
        for account_id, row in night.placements.items()
        if row["placement"] in {"held", "joined", "formed"} and not _shares(run.accounts[account_id], row)
    ]
    return told + _peers_left(run, night) + _rooms_left(run, night)


def _shares(account: Row, cluster: Row) -> bool:
    return all(
        cluster[trait] is None or cluster[trait] == (account.get(trait) or "").lower()
        for trait in ("industry", "imperative")
    )


def _peers_left(run: ClusterNights, night: Night) -> list[str]:
    """Name the traits that enough accounts share which found no cluster of theirs."""
    leftovers = [
        run.accounts[account_id]
        for account_id, row in night.placements.items()
        if row["placement"] in {"nearest", "no_room", "too_few_peers"}
    ]
    told = []
    for traits in TRAITS:
        peers = Counter(tuple(account.get(trait) for trait in traits) for account in leftovers)
        told += [
            f"{count} accounts share {shared}"
            for shared, count in peers.items()
            if None not in shared and count >= run.policy.micro_segments.minimum_accounts
        ]
    return told


def _rooms_left(run: ClusterNights, night: Night) -> list[str]:
    maximum = run.policy.micro_segments.maximum_accounts
    has_room = any(len(members) < maximum for members in night.members.values())
    homeless = [account_id for account_id, row in night.placements.items() if row["placement"] == "no_room"]
    return homeless if has_room else []
