"""Account teams: who of our invented seller looks after its larger accounts, in which role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abm_sandbox.world.columns import pick
from abm_sandbox.world.ids import salesforce_ids
from abm_sandbox.world.salesforce import account_serials, audit

if TYPE_CHECKING:
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.staff import Staff
    from abm_sandbox.world.streams import Streams

ROLES = ("Account Owner", "Marketer", "Executive Sponsor")
_LARGE, _LARGEST = 500_000, 2_000_000
_FILLED = {"large": (0.9, 0.5, 0.4), "largest": (0.97, 0.92, 0.9)}  # share of teams with the role, in their order
_DAYS_BACK = 400


def account_team_members(streams: Streams, companies: Companies, staff: Staff) -> pa.Table:
    """Fill most roles at the largest accounts, some at large ones, none at others."""
    rng = streams.named("account teams")
    company = np.flatnonzero(companies.in_salesforce & (companies.potential >= _LARGE))
    share = np.where(
        companies.potential[company, None] >= _LARGEST, np.array(_FILLED["largest"]), np.array(_FILLED["large"])
    )
    place, role = np.nonzero(rng.random(share.shape) < share)
    company = company[place]
    people = np.stack(
        [
            companies.seller[company],
            staff.sellers + rng.integers(0, staff.marketers, len(company)),
            rng.integers(0, staff.sellers, len(company)),
        ]
    )
    since = np.maximum(companies.first_seen[company], companies.today - rng.integers(1, _DAYS_BACK, len(company)))
    return pa.table(
        {
            "Id": salesforce_ids("AccountTeamMember", company * len(ROLES) + role),
            "AccountId": salesforce_ids("Account", account_serials(companies, company)),
            "UserId": salesforce_ids("User", people[role, np.arange(len(company))]),
            "TeamMemberRole": pick(ROLES, role),
            **audit(rng, companies.today, since, np.zeros(len(company), dtype=np.bool_)),
        }
    )
