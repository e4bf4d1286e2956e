"""Our invented seller's own people: they own accounts in both CRMs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import DAY, booleans, chance, join, pick, timestamps
from abm_sandbox.world.ids import hubspot_ids, salesforce_ids

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.streams import Streams

_ACCOUNTS_PER_MARKETER = 250


@dataclass(frozen=True, eq=False)
class Staff:
    """Sellers stand first, marketers after them."""

    sellers: int
    marketers: int
    given: Column
    family: Column
    is_active: NDArray[np.bool_]
    since: NDArray[np.int64]

    @property
    def count(self) -> int:
        return self.sellers + self.marketers

    @property
    def email(self) -> Column:
        # The number keeps addresses apart where names repeat.
        serial = pa.array(np.arange(self.count)).cast(pa.string())
        return join(pc.utf8_lower(self.given), ".", serial, "@", words.HOUSE_DOMAIN)

    def users(self) -> pa.Table:
        since = timestamps(self.since)
        return pa.table(
            {
                "Id": salesforce_ids("User", np.arange(self.count)),
                "Name": join(self.given, " ", self.family),
                "Email": self.email,
                "IsActive": booleans(self.is_active),
                "CreatedDate": since,
                "SystemModstamp": since,
            }
        )

    def owners(self) -> pa.Table:
        return pa.table(
            {
                "id": hubspot_ids("owners", np.arange(self.count)),
                "email": self.email,
                "firstName": self.given,
                "lastName": self.family,
                "archived": booleans(~self.is_active),
            }
        )


def make_staff(streams: Streams, companies: Companies) -> Staff:
    sellers = int(companies.seller.max(initial=0)) + 1
    marketers = 2 + companies.count // _ACCOUNTS_PER_MARKETER
    count = sellers + marketers
    rng = streams.named("staff")
    return Staff(
        sellers=sellers,
        marketers=marketers,
        given=join(
            pick(words.GIVEN_STARTS, rng.integers(0, len(words.GIVEN_STARTS), count)),
            pick(words.GIVEN_ENDS, rng.integers(0, len(words.GIVEN_ENDS), count)),
        ),
        family=join(
            pick(words.FAMILY_STARTS, rng.integers(0, len(words.FAMILY_STARTS), count)),
            pick(words.FAMILY_ENDS, rng.integers(0, len(words.FAMILY_ENDS), count)),
        ),
        is_active=~chance(rng, 0.05, count),
        since=(companies.today - rng.integers(200, 3000, count)) * DAY,
    )
