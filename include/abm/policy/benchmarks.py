"""Figures of the practice that policies are judged by: the same rows that dbt seeds for the marts."""

from __future__ import annotations

import csv
from functools import cache

from abm.settings import PROJECT_DIR

_SEED = PROJECT_DIR / "dbt_project" / "seeds" / "benchmarks.csv"


def benchmark(metric: str, style: str = "all") -> float:
    """Return one figure; raises KeyError where the seed has none of that name."""
    return _benchmarks()[metric, style]


@cache
def _benchmarks() -> dict[tuple[str, str], float]:
    with _SEED.open(encoding="utf-8", newline="") as file:
        return {(row["metric"], row["style"]): float(row["benchmark"]) for row in csv.DictReader(file)}
