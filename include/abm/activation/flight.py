"""Several batches on their way at once: submitted in order, and given back in order with what became of them."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from abm.destinations import Change, Result

    Batch = Sequence[Change]
    Sending = Future[Sequence[Result]]


class Flight:
    """Sends batches in threads, at most so many at a time; one that goes alone has nothing beside it."""

    def __init__(
        self,
        batches: Generator[Batch],
        send: Callable[[Batch], Sequence[Result]],
        *,
        most: int,
        goes_alone: Callable[[Batch], bool],
    ) -> None:
        self._batches = batches
        self._send = send
        self._most = most
        self._goes_alone = goes_alone
        self._is_landing = False

    def land(self) -> None:
        """Send no further batch; those on their way are still given back."""
        self._is_landing = True

    def batches(self) -> Generator[tuple[Batch, Sending]]:
        """Yield each batch with its future, in order; closing it waits for what is on its way."""
        air: deque[tuple[Batch, Sending]] = deque()
        with ThreadPoolExecutor(self._most, thread_name_prefix="abm-send") as pool:
            for batch in self._batches:
                is_alone = self._goes_alone(batch)
                while air and is_alone:
                    yield air.popleft()
                if self._is_landing:
                    break
                air.append((batch, pool.submit(self._send, batch)))
                while air and (is_alone or len(air) >= self._most):
                    yield air.popleft()
                if self._is_landing:
                    break
            yield from air
