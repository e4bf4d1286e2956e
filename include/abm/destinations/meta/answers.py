"""What Meta's answer to a request says of each person in it: how many are malformed, but only some of which."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from abm.destinations.verdicts import Verdict, failed, refused
from abm.platforms.meta import FLAGGED, FLAGGED_FIELDS, NOT_VISIBLE, REMOVAL_TOO_SMALL, UPDATE_FAILED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm.destinations.members import Entry
    from abm.destinations.meta.client import Received
    from abm.errors import RefusedError

_SEPARATORS = re.compile(r"[^\w.:@-]+")
_DELETED = frozenset({"1487301", "1487366"})
# Refusals that no person of the request is to blame for: the audience's state can change, so its rows come again.
_OF_AUDIENCE = frozenset({REMOVAL_TOO_SMALL, FLAGGED, FLAGGED_FIELDS, NOT_VISIBLE, UPDATE_FAILED})


MALFORMED = Verdict("refused", "INVALID_ENTRY", "Meta received it and calls its identifiers malformed")
NOT_NAMED = Verdict("failed", "INVALID_ENTRY_NOT_NAMED", "Meta calls some of its request malformed, not saying which")


def is_of_audience(error: RefusedError) -> bool:
    """Tell whether a refusal concerns the whole audience, so that sending less of it is of no use."""
    return error.code in _OF_AUDIENCE or not _DELETED.isdisjoint(error.code.split("/"))


def of_audience(entry: Entry, error: RefusedError) -> Verdict:
    """Return the verdict on a member of an audience that refuses as a whole.

    A removal from one that is too small waits until it is another; an update, whose former self is left, comes again.
    """
    waits = error.code == REMOVAL_TOO_SMALL and entry.row.operation == "remove"
    return refused(error) if waits else failed(error)


def sampled(people: Sequence[Mapping[str, str]], received: Received) -> list[bool]:
    """Tell for each person whether the samples of malformed entries name it: they hold all it was sent by."""
    words = {word for text in received.samples for word in _SEPARATORS.split(text)}
    return [words.issuperset(keys.values()) for keys in people]
