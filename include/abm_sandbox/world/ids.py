"""Record ids as the platforms write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from abm_sandbox.world.columns import blank, text_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column

SALESFORCE_PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "Lead": "00Q",
    "Opportunity": "006",
    "Task": "00T",
    "Event": "00U",
    "Campaign": "701",
    "CampaignMember": "00v",
    "User": "005",
    "AccountTeamMember": "01M",
}
HUBSPOT_BASES = {
    "companies": 10_000_000_000,
    "contacts": 20_000_000_000,
    "deals": 30_000_000_000,
    "owners": 40_000_000,
    "email_campaigns": 50_000_000,
}
_ORG = b"Sb0"
_DIGITS = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
_CHECKSUM = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def salesforce_ids(object_name: str, serials: NDArray[np.int64]) -> Column:
    """Write serial numbers as 18-character ids; a negative number has none.

    The last three characters tell which of the first fifteen are upper case, five a character.
    """
    characters = np.empty((len(serials), 18), dtype=np.uint8)
    characters[:, :3] = np.frombuffer(SALESFORCE_PREFIXES[object_name].encode(), dtype=np.uint8)
    characters[:, 3:6] = np.frombuffer(_ORG, dtype=np.uint8)
    rest = np.maximum(serials, 0)
    for position in range(14, 5, -1):
        characters[:, position] = _DIGITS[rest % 62]
        rest = rest // 62
    is_upper = (characters[:, :15] >= ord("A")) & (characters[:, :15] <= ord("Z"))
    characters[:, 15:] = _CHECKSUM[(is_upper.reshape(-1, 3, 5) << np.arange(5)).sum(axis=2)]
    return blank(serials < 0, text_matrix(characters))


def hubspot_ids(object_name: str, serials: NDArray[np.int64]) -> Column:
    """Write serial numbers as HubSpot's numeric texts; a negative number has none."""
    return pa.array(serials + HUBSPOT_BASES[object_name], mask=serials < 0).cast(pa.string())


def event_ids(rng: np.random.Generator, count: int) -> Column:
    """Draw ids in the form of UUIDs."""
    characters = np.full((count, 36), ord("-"), dtype=np.uint8)
    places = [position for position in range(36) if position not in {8, 13, 18, 23}]
    characters[:, places] = _HEX[rng.integers(0, 16, (count, 32), dtype=np.uint8)]
    characters[:, 14] = ord("4")
    return text_matrix(characters)
