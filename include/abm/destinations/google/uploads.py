"""Requests under way: handed over to Google, asked about in Google's own rhythm until they are done."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from abm.destinations.google.answers import read_status, still_processing
from abm.destinations.verdicts import Verdict, failed
from abm.errors import AbmError, RetryableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from abm.destinations.google.client import GoogleClient

_GROWTH = 1.3
_LONGEST_PAUSE = 3600.0


@dataclass(frozen=True)
class Rhythm:
    """When to ask: first after `first` seconds, then ever later, and no more once `most` have passed."""

    first: float = 1800.0
    most: float = 21_600.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def turns(self) -> Iterator[None]:
        """Wait, and yield, as often as it is time to ask."""
        pause, waited = self.first, 0.0
        while waited + pause <= self.most:
            self.sleep(pause)
            waited += pause
            yield
            pause = max(min(pause * _GROWTH, _LONGEST_PAUSE), 0.1)


@dataclass(frozen=True)
class Accepted:
    """A request that Google took, with so many members."""

    request_id: str
    members: int


def verdicts(client: GoogleClient, accepted: Sequence[Accepted], rhythm: Rhythm) -> dict[str, Sequence[Verdict]]:
    """Wait for the requests and return a verdict for each of their members, by request."""
    if client.validate_only:
        told = Verdict("held", "VALIDATE_ONLY", "Google found nothing wrong with it; nothing was sent")
        return {one.request_id: [told] * one.members for one in accepted}
    open_requests = {one.request_id: one.members for one in accepted}
    done: dict[str, Sequence[Verdict]] = {}
    for _ in rhythm.turns() if open_requests else ():
        for request_id in list(open_requests):
            judged = _ask(client, request_id, open_requests[request_id])
            if judged is not None:
                done[request_id] = judged
                del open_requests[request_id]
        if not open_requests:
            break
    return done | {request_id: [still_processing(request_id)] * n for request_id, n in open_requests.items()}


def _ask(client: GoogleClient, request_id: str, members: int) -> Sequence[Verdict] | None:
    """Return what became of a request; None where it is to be asked about again."""
    try:
        return read_status(client.status(request_id), members)
    except RetryableError:
        return None
    except AbmError as error:
        return [failed(error)] * members
