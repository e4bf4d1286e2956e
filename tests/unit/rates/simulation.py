"""Processes that send as fast as their limiters let them, by a clock that only events move."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from abm.rates import Limiter, Told, Window
from abm.rates.stores import InProcess, Store

Answer = tuple[bool, Mapping[str, str]]  # whether the platform took the request, and the headers of its answer


@dataclass
class Clock:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Platform:
    """A sliding window on the platform's side."""

    allowed: int
    seconds: float
    clock: Clock
    recent: deque[float] = field(default_factory=deque)

    def __call__(self) -> Answer:
        while self.recent and self.clock.now - self.recent[0] >= self.seconds:
            self.recent.popleft()
        self.recent.append(self.clock.now)
        return len(self.recent) <= self.allowed, {}


@dataclass
class Simulation:
    """Processes with limiters of their own and one store; each sends, waits for the answer, thinks, and again."""

    windows: Sequence[Window]
    platform: Callable[[], Answer]
    clock: Clock
    kind: str = ""
    told: Callable[[Mapping[str, str]], Sequence[Told]] = lambda _headers: ()
    latency: float = 0.01  # at most, each way
    seed: int = 0
    store: Store | None = None
    sent: int = 0
    refused: int = 0
    asked: int = 0

    def run(self, processes: int, seconds: float, think: float, dies: Mapping[int, float] | None = None) -> None:
        """Let the processes send for so long; `dies` tells which of them end without a word, and when."""
        chance = random.Random(self.seed)  # noqa: S311 (a simulation)
        store = self.store or InProcess(self.clock)
        limiters = [Limiter("x", self.windows, _Counting(store, self), self.clock, _no_sleep) for _ in range(processes)]
        began, order = self.clock.now, itertools.count()
        events = [(began + chance.random() * think, next(order), number, "send") for number in range(processes)]
        heapq.heapify(events)
        answers: dict[int, Mapping[str, str]] = {}
        while events and events[0][0] < began + seconds:
            self.clock.now, _, number, event = heapq.heappop(events)
            if dies and self.clock.now - began >= dies.get(number, seconds):
                continue
            after, following = 0.0, "send"
            if event == "send":
                after = limiters[number].ask(self.kind)
                if not after:
                    after, following = chance.random() * self.latency, "arrive"
            elif event == "arrive":
                is_taken, answers[number] = self.platform()
                self.sent += 1
                self.refused += not is_taken
                after, following = chance.random() * self.latency, "answer"
            else:
                limiters[number].note(self.told(answers[number]))
                after = chance.random() * think
            heapq.heappush(events, (self.clock.now + after, next(order), number, following))


@dataclass
class _Counting:
    store: Store
    simulation: Simulation

    def change(self, act):
        self.simulation.asked += 1
        return self.store.change(act)

    def close(self) -> None:
        self.store.close()


def _no_sleep(_seconds: float) -> None:
    raise AssertionError("the simulation asks, it never waits")
