"""Meta's endpoints for Custom Audiences: list, create, add and remove people."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import stamina

from abm.destinations import Audience
from abm.destinations.meta import identifiers
from abm.errors import ContractError, RefusedError, RetryableError
from abm.platforms.meta import UPDATE_FAILED, body_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from abm.destinations.members import Action
    from abm.http import PlatformClient

ROWS_A_REQUEST = 10_000
AUDIENCES_A_PAGE = 100
CREATE_ATTEMPTS = 4
CUSTOM = "CUSTOM"
FIELDS = "id,name,subtype,approximate_count_lower_bound,approximate_count_upper_bound,delivery_status,operation_status"
_FLAGGED_CODE = 471
_NORMAL_CODE = 200
_SESSION_BITS = 62  # a positive 64-bit number
_METHODS = {"ADD": "POST", "REMOVE": "DELETE"}


@dataclass(frozen=True)
class CustomAudience:
    """One audience as Meta tells it: people only as a range, and not even that below about a hundred."""

    audience_id: str
    name: str
    subtype: str = CUSTOM
    lower_bound: int | None = None
    upper_bound: int | None = None
    delivery_code: int | None = None
    operation_code: int | None = None

    @property
    def is_flagged(self) -> bool:
        return self.operation_code == _FLAGGED_CODE

    @property
    def status(self) -> str | None:
        """Return READY, FLAGGED, or which of Meta's codes says why it is not ready."""
        if self.is_flagged:
            return "FLAGGED"
        if self.operation_code not in {None, _NORMAL_CODE}:
            return f"OPERATION_{self.operation_code}"
        if self.delivery_code is None:
            return None
        return "READY" if self.delivery_code == _NORMAL_CODE else f"DELIVERY_{self.delivery_code}"

    def audience(self) -> Audience:
        """Return it with the lower end of its range as size: what a campaign can rely on."""
        return Audience(self.name, self.audience_id, self.status, self.lower_bound)


@dataclass(frozen=True)
class Received:
    """What Meta says of the people of one request: how many are malformed, and some of them as they were sent."""

    invalid: int
    samples: Sequence[str] = field(repr=False)


@dataclass(frozen=True)
class Batch:
    """Where a request stands in its upload session."""

    session_id: int
    number: int
    is_last: bool


@dataclass
class AudienceClient:
    """The Custom Audiences of one ad account; `proof` goes with every call."""

    http: PlatformClient
    account: str
    customer_file_source: str
    proof: Mapping[str, str] = field(repr=False)
    _once: PlatformClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Creating is the one call that must not be repeated blindly: it makes a second audience.
        self._once = replace(self.http, attempts=1)

    def find(self) -> dict[str, CustomAudience]:
        """Return the account's audiences by name; of several with one name the oldest, one of people first."""
        found: dict[str, CustomAudience] = {}
        for audience in self._pages():
            known = found.get(audience.name)
            if known is None or _age(audience) < _age(known):
                found[audience.name] = audience
        return found

    def find_or_create(self, name: str) -> CustomAudience:
        """Return the audience; it is looked for before every attempt to create it."""
        for attempt in stamina.retry_context(
            on=RetryableError, attempts=CREATE_ATTEMPTS, timeout=None, wait_initial=5.0, wait_max=60.0
        ):
            with attempt:
                return self.find().get(name) or self._create(name)
        raise AssertionError  # the last attempt either returned or raised

    def write(self, audience_id: str, action: Action, people: Sequence[Mapping[str, str]]) -> Received:
        """Add or remove at most 10,000 people, as a session of their own.

        Counts are told for the session: with one request a session they are surely those of the request.
        """
        body = _upload(people, Batch(new_session(), 1, is_last=True))
        path = f"/{audience_id}/users"
        try:
            answer = self.http.request(_METHODS[action], path, json=body, params=self.proof)
        except RefusedError as error:
            if error.code != UPDATE_FAILED:
                raise
            # Meta's advice for this code: once more, and no oftener.
            answer = self.http.request(_METHODS[action], path, json=body, params=self.proof)
        return _received(body_of(answer), len(people))

    def replace_users(self, audience_id: str, people: Sequence[Mapping[str, str]], batch: Batch) -> Received:
        """Send one batch of a session that replaces everybody; it takes effect with the last, within 90 minutes."""
        path = f"/{audience_id}/usersreplace"
        answer = self.http.request("POST", path, json=_upload(people, batch), params=self.proof)
        return _received(body_of(answer), len(people))

    def delete(self, audience_id: str) -> None:
        self.http.request("DELETE", f"/{audience_id}", params=self.proof)

    def close(self) -> None:
        self.http.close()
        self._once.close()

    def _pages(self) -> Iterator[CustomAudience]:
        query: dict[str, Any] = {"fields": FIELDS, "limit": AUDIENCES_A_PAGE, **self.proof}
        while True:
            body = body_of(self.http.request("GET", f"/{self.account}/customaudiences", params=query))
            try:
                yield from [_audience(element) for element in body["data"]]
                paging = body.get("paging") or {}
                if not paging.get("next"):
                    return
                query["after"] = paging["cursors"]["after"]
            except (KeyError, TypeError, ValueError) as error:
                raise ContractError("Meta listed audiences in a form its documentation does not have.") from error

    def _create(self, name: str) -> CustomAudience:
        body = {
            "name": name,
            "subtype": CUSTOM,
            "description": "Kept by ABM Spectrum; changes made here by hand are not seen there.",
            "customer_file_source": self.customer_file_source,
        }
        path = f"/{self.account}/customaudiences"
        audience_id = body_of(self._once.request("POST", path, json=body, params=self.proof)).get("id")
        if not audience_id:
            raise ContractError("Meta created an audience without telling its id. The next run finds it.")
        return CustomAudience(str(audience_id), name)


def new_session() -> int:
    """Return an id that no other upload has."""
    return secrets.randbits(_SESSION_BITS) + 1


def _upload(people: Sequence[Mapping[str, str]], batch: Batch) -> dict[str, Any]:
    schema, rows = identifiers.table(people)
    return {
        "payload": {
            "schema": schema,
            "data": rows,
            "is_raw": False,
            "data_source": {"type": "FILE_IMPORTED", "sub_type": "HASHES"},
        },
        "session": {
            "session_id": batch.session_id,
            "batch_seq": batch.number,
            "last_batch_flag": batch.is_last,
            "estimated_num_total": len(rows),
        },
    }


def _age(audience: CustomAudience) -> tuple[bool, int, str]:
    return audience.subtype != CUSTOM, len(audience.audience_id), audience.audience_id


def _audience(element: Mapping[str, Any]) -> CustomAudience:
    return CustomAudience(
        str(element["id"]),
        str(element["name"]),
        str(element.get("subtype") or CUSTOM),
        _count(element.get("approximate_count_lower_bound")),
        _count(element.get("approximate_count_upper_bound")),
        _code(element.get("delivery_status")),
        _code(element.get("operation_status")),
    )


def _count(value: Any) -> int | None:
    """Return a bound; Meta writes -1 where it tells none."""
    return None if value is None or int(value) < 0 else int(value)


def _code(status: Any) -> int | None:
    return int(status["code"]) if status and status.get("code") is not None else None


def _received(body: Mapping[str, Any], rows: int) -> Received:
    try:
        received, invalid = int(body["num_received"]), int(body["num_invalid_entries"])
    except (KeyError, TypeError, ValueError):
        received, invalid = -1, 0
    # An attempt whose answer was lost may be counted too.
    if received < rows:
        raise ContractError(f"Meta did not say that it received {rows} people. The next run sends them again.")
    samples = body.get("invalid_entry_samples") or ()
    texts = [f"{key} {value}" for key, value in samples.items()] if isinstance(samples, dict) else map(str, samples)
    return Received(invalid, list(texts))
