"""Keep Custom Audiences on Meta equal to the published audiences, each row answered for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from abm.destinations import MISSING, Audience
from abm.destinations.meta.client import CUSTOM, AudienceClient
from abm.destinations.meta.replacing import MetaReplacing
from abm.destinations.meta.sending import Sending
from abm.errors import ConfigurationError, Fault
from abm.platforms.meta import open_client, proof

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from abm.destinations import Change, Result
    from abm.destinations.meta.client import CustomAudience
    from abm.settings import Connection

ROWS_A_SEND = 10_000  # one full request, so that the next is read and the last recorded beside it
DEFAULT_FILE_SOURCE = "USER_PROVIDED_ONLY"
_FILE_SOURCES = frozenset({DEFAULT_FILE_SOURCE, "PARTNER_PROVIDED_ONLY", "BOTH_USER_AND_PARTNER_PROVIDED"})
_UPLOADS = ("change", "replace")
_ACCOUNT = re.compile(r"act_\d+")
_WHERE = "connection abm_meta"


def connect(
    connection: Connection | None, transport: httpx.BaseTransport | None = None
) -> MetaDestination | MetaReplacing:
    """Return the ad account as a destination; nothing is requested before `prepare`, `missing` or `read_back`.

    With extra `upload` at `replace` a changed audience is replaced whole; else people are added and removed.
    """
    if connection is None:
        raise ConfigurationError(
            Fault("destination 'meta'", "has no connection", "Add abm_meta; docs/connections.md lists its fields")
        )
    account = str(connection.extra.get("account", ""))
    source = str(connection.extra.get("customer_file_source", DEFAULT_FILE_SOURCE))
    faults = []
    if not _ACCOUNT.fullmatch(account):
        problem = "its extra 'account' is no ad account" if account else "its extra has no 'account'"
        faults.append(Fault(_WHERE, problem, "Set it to the ad account's id, act_<number>"))
    if source not in _FILE_SOURCES:
        remedy = f"Set it to one of {', '.join(sorted(_FILE_SOURCES))}"
        faults.append(Fault(_WHERE, "its extra 'customer_file_source' is not known", remedy))
    upload = str(connection.extra.get("upload", "change"))
    if upload not in _UPLOADS:
        remedy = f"Set it to one of {', '.join(_UPLOADS)}"
        faults.append(Fault(_WHERE, "its extra 'upload' is not known", remedy))
    if faults:
        raise ConfigurationError(*faults)
    client = AudienceClient(open_client(connection, transport), account, source, proof(connection))
    return MetaReplacing(MetaDestination(client)) if upload == "replace" else MetaDestination(client)


@dataclass
class MetaDestination:
    """The Custom Audiences of one ad account. Adding and removing are set operations, safe to repeat."""

    client: AudienceClient
    batches_in_flight: int = 1  # Meta promises nothing of two writes to one audience at a time
    _audiences: dict[str, CustomAudience] = field(default_factory=dict, repr=False)

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        """Find or create one audience for each name."""
        known = self.client.find()
        found = {name: known.get(name) or self.client.find_or_create(name) for name in dict.fromkeys(names)}
        if faults := [fault for audience in found.values() for fault in _type_faults(audience)]:
            raise ConfigurationError(*faults)
        self._audiences.update(found)
        return [audience.audience() for audience in found.values()]

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        found = self.client.find()
        return [fault for name in dict.fromkeys(names) for fault in _faults(name, found.get(name))]

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        """Read sizes and statuses; an audience that is gone has status MISSING. Sizes are lower bounds."""
        if not names:
            return []
        found = self.client.find()
        return [
            found[name].audience() if name in found else Audience(name, None, MISSING) for name in dict.fromkeys(names)
        ]

    def batch_rows(self, planned: int) -> int:
        return ROWS_A_SEND

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        """Remove, then add, each audience's people 10,000 a request, hashed by Meta's rules.

        Raises RetryableError or ConfigurationError only where not one request was answered.
        """
        return Sending(self._audience_id, self.client).send(changes)

    def close(self) -> None:
        self.client.close()

    def audience(self, name: str) -> CustomAudience:
        if name not in self._audiences:
            self.prepare([name])
        return self._audiences[name]

    def _audience_id(self, name: str) -> str:
        return self.audience(name).audience_id


def _type_faults(audience: CustomAudience) -> list[Fault]:
    if audience.subtype == CUSTOM:
        return []
    return [
        Fault(
            f"Meta audience {audience.name!r}",
            f"audience {audience.audience_id} is of subtype {audience.subtype}, not {CUSTOM}",
            "Rename that audience in Ads Manager, or give the audience another name in policy.yml",
        )
    ]


def _faults(name: str, audience: CustomAudience | None) -> list[Fault]:
    if audience is None:
        remedy = "The next run creates it; the token needs ads_management and the account its accepted terms"
        return [Fault(f"Meta audience {name!r}", "does not exist", remedy)]
    if audience.is_flagged:
        remedy = "Rename it neutrally in Ads Manager or ask for a review there; until then it takes no members"
        return [Fault(f"Meta audience {name!r}", "is flagged by Meta and cannot be used (471)", remedy)]
    return _type_faults(audience)
