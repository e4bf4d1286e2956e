"""What people agreed to, as each system recorded it: of each purpose the basis, where it came from and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from abm_sandbox.world.columns import blank, booleans, chance, dates, pick, weighted

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.people import People
    from abm_sandbox.world.streams import Streams

_SOURCES = ("web form", "trade fair", "preference centre", "contract", "double opt-in")
# What is recorded of each purpose, and how often; the last entry is nothing.
_EMAIL = ({"consent": 0.45, "legitimate interest": 0.2, "performance of a contract": 0.05, "denied": 0.04}, 0.26)
_ADVERTISING = ({"consent": 0.5, "legitimate interest": 0.1, "denied": 0.05}, 0.35)
_SIGNAL = ({"granted": 0.85, "denied": 0.05}, 0.1)  # of those who agreed to advertising
_LEGAL_BASES = {
    "consent": "Freely given consent from contact",
    "legitimate interest": "Legitimate interest \u2013 prospect/lead",
    "performance of a contract": "Performance of a contract",
    "denied": "Not applicable",
}
_OPTED_OUT_OF_ADS = 0.015


def salesforce_consents(streams: Streams, people: People, person: NDArray[np.int64]) -> dict[str, Column]:
    """Return the custom fields of contacts or leads, in the records' order."""
    return _recorded(streams, people, person, "salesforce", lambda name: f"ABM_{name.title()}__c", missing=0.25)


def hubspot_consents(streams: Streams, people: People, person: NDArray[np.int64]) -> dict[str, Column]:
    """Return HubSpot's own legal basis and the custom properties."""
    basis = _bases(streams, people, "email_marketing").take(person)
    rng = streams.named("hubspot legal basis")
    place = pc.index_in(basis, value_set=pa.array(list(_LEGAL_BASES)))
    legal = pa.array(list(_LEGAL_BASES.values()), pa.string()).take(place)
    return {
        "hs_legal_basis": blank(chance(rng, 0.3, len(person)), legal),
        **_recorded(streams, people, person, "hubspot", lambda name: f"abm_{name}", missing=0.4),
    }


def _recorded(
    streams: Streams,
    people: People,
    person: NDArray[np.int64],
    platform: str,
    field: Callable[[str], str],
    *,
    missing: float,
) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    unknown = chance(streams.named(f"{platform} consents"), missing, people.count)[person]
    for purpose in ("email_marketing", "advertising", "ad_user_data", "ad_personalization"):
        basis = blank(unknown, _bases(streams, people, purpose).take(person))
        nothing = ~np.asarray(basis.is_valid())
        rng = streams.named(f"consent source {purpose}")
        source = pick(_SOURCES, rng.integers(0, len(_SOURCES), people.count)).take(person)
        columns |= {
            field(f"{purpose}_basis"): basis,
            field(f"{purpose}_source"): blank(nothing, source),
            field(f"{purpose}_date"): dates(_days(streams, people, purpose)[person], nothing),
        }
    opted_out = chance(streams.named("opt-outs of ads"), _OPTED_OUT_OF_ADS, people.count)
    return columns | {field("opted_out_of_ads"): booleans(opted_out[person] & ~unknown)}


def _bases(streams: Streams, people: People, purpose: str) -> Column:
    """Return what each person said to the purpose, the same in whatever system; null for nothing."""
    said, nothing = {"email_marketing": _EMAIL, "advertising": _ADVERTISING}.get(purpose, _SIGNAL)
    rng = streams.named(f"consent {purpose}")
    basis = pick((*said, None), weighted(rng, (*said.values(), nothing), people.count))
    if purpose in {"email_marketing", "advertising"}:
        return basis
    agreed = pc.is_in(_bases(streams, people, "advertising"), value_set=pa.array(["consent"]))
    return blank(~np.asarray(agreed), basis)


def _days(streams: Streams, people: People, purpose: str) -> NDArray[np.int64]:
    """Return a day between a person's first sight and yesterday, a few of them years ago."""
    today = int(people.first_seen.max(initial=0)) + 1
    known = today - people.first_seen
    return people.first_seen + (known * streams.named(f"consent day {purpose}").random(people.count)).astype(np.int64)
