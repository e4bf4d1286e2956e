"""Time two ways of doing the same thing in turn, so that a machine that slows down slows both."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass
class Stopwatch:
    """How long its block took, once that has ended."""

    seconds: float = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    watch, began = Stopwatch(), time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - began


@dataclass(frozen=True)
class Pairs:
    """Seconds of the product and of its floor, round by round."""

    product: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return statistics.median(self.product)

    @property
    def floor_seconds(self) -> float:
        return statistics.median(self.floor)

    @property
    def times_the_floor(self) -> float:
        """The median over rounds: each round is compared with its neighbour in time only."""
        return statistics.median(ours / floor for ours, floor in zip(self.product, self.floor, strict=True))

    @property
    def share_of_floor_speed(self) -> float:
        """1 means as fast as the floor."""
        return 1 / self.times_the_floor


def interleaved(
    product: Callable[[], float], floor: Callable[[], float], *, rounds: int, warm_up: bool = True
) -> Pairs:
    """Run both in turn; each returns the seconds it measured, so that what prepares a round is not counted."""
    if warm_up:
        product()
        floor()
    pairs = Pairs()
    for _ in range(rounds):
        pairs.product.append(product())
        pairs.floor.append(floor())
    return pairs
