"""Countries as people write them, by the same list that the models read."""

from __future__ import annotations

import csv
from functools import lru_cache

from abm.settings import PROJECT_DIR

_SEED = PROJECT_DIR / "dbt_project" / "seeds" / "countries.csv"
_CODE_LENGTH = 2


def country_code(text: str | None) -> str | None:
    """Return the ISO 3166 code (`DE`) of a country as written (`germany`, `de`, `Deutschland`), or None."""
    written = (text or "").strip().lower()
    return _codes().get(written)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    with _SEED.open(encoding="utf-8", newline="") as file:
        return {
            row["country_as_written"]: row["country"]
            for row in csv.DictReader(file)
            if len(row["country"]) == _CODE_LENGTH
        }
