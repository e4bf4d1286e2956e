"""Custom Audiences written whole: all their people in one upload session, which takes effect with its last batch.

https://developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from abm.destinations import Audience
from abm.destinations.meta import identifiers
from abm.destinations.meta.client import ROWS_A_REQUEST, Batch, new_session
from abm.errors import RefusedError, RetryableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abm.destinations import Form
    from abm.destinations.meta.destination import MetaDestination
    from abm.errors import Fault

REMOVED, READY = "REMOVED", "READY"


@dataclass
class MetaReplacing:
    """The Custom Audiences of one ad account, each replaced by all its people when one of them differs.

    Replacing is not refused on small audiences, as removing is; it is refused while another operation is under way.
    """

    people: ClassVar[Form] = "hashed"

    audiences: MetaDestination

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        return self.audiences.prepare(names)

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        return self.audiences.missing(names)

    def replace(self, audience: str, members: Iterable[Mapping[str, Any]], *, release_id: str | None) -> Audience:
        """Replace the people of an audience, those that Meta cannot know by anything left out; none: it is deleted."""
        found = self.audiences.audience(audience)
        batches = _batches(_people(members))
        following = next(batches, None)
        session, number = new_session(), 0
        try:
            if following is None:
                self.audiences.client.delete(found.audience_id)
                return Audience(audience, None, REMOVED, 0)
            while following is not None:
                people, number, following = following, number + 1, next(batches, None)
                self.audiences.client.replace_users(
                    found.audience_id, people, Batch(session, number, is_last=following is None)
                )
        except RefusedError as error:
            # The audience refuses, no person of it does: with the whole list it can pass another night.
            raise RetryableError(str(error), code=error.code) from error
        return replace(found.audience(), status=READY)

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        """Read sizes; READY says that the audience is there and may be edited, be it small or still updating."""
        return [
            replace(told, status=READY) if str(told.status).startswith(("OPERATION_412", "DELIVERY_")) else told
            for told in self.audiences.read_back(names)
        ]

    def close(self) -> None:
        self.audiences.close()


def _people(members: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, str]]:
    for member in members:
        person = identifiers.acknowledged_person(member)
        if person is not None:
            yield person


def _batches(people: Iterator[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    while batch := list(islice(people, ROWS_A_REQUEST)):
        yield batch
