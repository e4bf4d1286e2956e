"""Keep Customer Match lists at Google equal to the published audiences, each row answered for."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm.destinations import MISSING, Audience
from abm.destinations.google.client import CONTACT_ID, GoogleClient
from abm.destinations.google.sending import Sending
from abm.destinations.google.uploads import Rhythm
from abm.errors import ConfigurationError, Fault
from abm.platforms.google import open_client
from abm.platforms.google_credentials import WHERE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import httpx

    from abm.destinations import Change, Result
    from abm.destinations.google.client import UserList
    from abm.settings import Connection

ROWS_A_SEND = 100_000  # ten full requests that Google works on at the same time
LONGEST_MEMBERSHIP_DAYS = 540
_ACCOUNT = re.compile(r"\d{4,}")
_ENCODINGS = frozenset({"HEX", "BASE64"})


def connect(
    connection: Connection | None,
    transport: httpx.BaseTransport | None = None,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> GoogleDestination:
    """Return the Google Ads account as a destination; nothing is requested before `prepare`, `missing`, `read_back`."""
    if connection is None:
        raise ConfigurationError(
            Fault("destination 'google'", "has no connection", "Add abm_google; docs/connections.md lists its fields")
        )
    extra = connection.extra
    options = _options(extra)
    rhythm = Rhythm(
        _number(extra, "status_first_seconds", Rhythm.first), _number(extra, "status_wait_seconds", Rhythm.most), sleep
    )
    return GoogleDestination(GoogleClient(open_client(connection, transport), **options), rhythm)


@dataclass
class GoogleDestination:
    """The user lists of one Google Ads account. Adding and removing are set operations, safe to repeat."""

    client: GoogleClient
    rhythm: Rhythm
    batches_in_flight: int = 1  # Google works on the requests of one batch at the same time, in any order
    _lists: dict[str, UserList] = field(default_factory=dict, repr=False)

    def prepare(self, names: Sequence[str]) -> Sequence[Audience]:
        """Find or create one user list for each audience."""
        found = {name: self.client.find_or_create(name) for name in dict.fromkeys(names)}
        if faults := [fault for name, user_list in found.items() for fault in _faults(name, user_list)]:
            raise ConfigurationError(*faults)
        self._lists.update(found)
        return [user_list.audience(name) for name, user_list in found.items()]

    def missing(self, names: Sequence[str]) -> Sequence[Fault]:
        if not names:
            self.client.check()
        return [fault for name in dict.fromkeys(names) for fault in _faults(name, self.client.find(name))]

    def read_back(self, names: Sequence[str]) -> Sequence[Audience]:
        """Read sizes and statuses; an audience whose list is gone has status MISSING."""
        found = ((name, self.client.find(name)) for name in dict.fromkeys(names))
        return [user_list.audience(name) if user_list else Audience(name, None, MISSING) for name, user_list in found]

    def batch_rows(self, planned: int) -> int:
        return ROWS_A_SEND

    def send(self, changes: Sequence[Change]) -> Sequence[Result]:
        """Remove and add members, and wait until Google has worked on them.

        Raises RetryableError or ConfigurationError only where not one request was answered.
        """
        return Sending(self.client, self._list_id, self.rhythm).send(changes)

    def close(self) -> None:
        self.client.close()

    def _list_id(self, name: str) -> str:
        if name not in self._lists:
            self.prepare([name])
        return self._lists[name].list_id


def _faults(name: str, user_list: UserList | None) -> list[Fault]:
    where = f"Google audience {name!r}"
    if user_list is None:
        remedy = "The next run creates it; the credentials need standard access to the Google Ads account"
        return [Fault(where, "does not exist", remedy)]
    if CONTACT_ID not in user_list.key_types:
        remedy = "Delete that list in Google Ads, or give the audience another name in policy.yml"
        kinds = ", ".join(user_list.key_types)
        return [Fault(where, f"user list {user_list.list_id} takes {kinds}, no contact data", remedy)]
    if user_list.status != "OPEN":
        remedy = "Open that list in Google Ads, or give the audience another name in policy.yml"
        return [Fault(where, f"user list {user_list.list_id} takes no members ({user_list.status})", remedy)]
    return []


def _options(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the connection says of the account; every fault of it is told at once."""
    account, login = (str(extra.get(name, "")).replace("-", "") for name in ("account", "login_account"))
    encoding = str(extra.get("encoding", "HEX")).upper()
    days = int(_number(extra, "membership_days", LONGEST_MEMBERSHIP_DAYS))
    problems = {
        "its extra has no 'account'": not account,
        "its extra 'account' is no customer id": bool(account) and not _ACCOUNT.fullmatch(account),
        "its extra 'login_account' is no customer id": bool(login) and not _ACCOUNT.fullmatch(login),
        "its extra 'encoding' is neither HEX nor BASE64": encoding not in _ENCODINGS,
        "its extra 'membership_days' is not 1 to 540": not 1 <= days <= LONGEST_MEMBERSHIP_DAYS,
    }
    if faults := [
        Fault(WHERE, told, "docs/connections.md lists its fields") for told, is_so in problems.items() if is_so
    ]:
        raise ConfigurationError(*faults)
    return {
        "account": account,
        "login_account": login,
        "membership_days": days,
        "encoding": encoding,
        "validate_only": str(extra.get("validate_only", "")).lower() in {"1", "true", "yes"},
    }


def _number(extra: Mapping[str, Any], name: str, default: float) -> float:
    try:
        return max(float(extra.get(name, default)), 0.0)
    except (TypeError, ValueError):
        raise ConfigurationError(Fault(WHERE, f"{name} is not a number", "Set it to a number")) from None
