"""LinkedIn's endpoints for segments of companies or users: find, create, stream members, delete."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import httpx
import orjson
import stamina

from abm.destinations import Audience
from abm.errors import ConfigurationError, ContractError, Fault, RefusedError, RetryableError
from abm.platforms.linkedin import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from abm.http import PlatformClient

SEGMENTS = "/rest/dmpSegments"
DIRECT_API, LIST_UPLOAD = "DIRECT_API", "LIST_UPLOAD"
SOURCE_PLATFORMS = frozenset({DIRECT_API, LIST_UPLOAD})
COMPANY, USER = "COMPANY", "USER"
STREAMS = {COMPANY: "companies", USER: "users"}
ELEMENTS_A_REQUEST = 5000
READY_SECONDS = 180.0  # a new segment may be "not found" for one or two minutes
CREATE_ATTEMPTS = 4
LONGEST_SLUG = 60
_STREAM = {"Content-Type": "application/json", "X-RestLi-Method": "BATCH_CREATE"}
_UNKNOWN = "SEGMENT_NOT_FOUND"


@dataclass(frozen=True)
class Segment:
    """One segment as LinkedIn tells it."""

    segment_id: str
    type: str
    status: str | None = None
    audience_size: int | None = None
    matched_count: int | None = None
    input_count: int | None = None

    def audience(self, name: str) -> Audience:
        """Return it with its match rate of the last seven days."""
        rate = self.matched_count / self.input_count if self.input_count and self.matched_count is not None else None
        return Audience(name, self.segment_id, self.status, self.audience_size, self.matched_count, rate)


@dataclass
class SegmentClient:
    """The segments of one ad account that carry our source ids."""

    http: PlatformClient
    account: str
    source_platform: str
    _once: PlatformClient = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Creating is the one call that must not be repeated blindly: it makes a second segment.
        self._once = replace(self.http, attempts=1)

    def find(self, name: str) -> Segment | None:
        """Return the audience's segment, the oldest where there are several."""
        return next(iter(self.find_all(name)), None)

    def require_no_other(self, names: Sequence[str]) -> None:
        """Raise ConfigurationError where a segment to be made stands there under another source platform of ours.

        What left since the connection was switched would stay in it.
        """
        others = SOURCE_PLATFORMS - {self.source_platform}
        faults = [
            Fault(
                f"LinkedIn audience {name!r}",
                f"still has segment {segment.segment_id} of source platform {other}",
                "Delete that segment in Campaign Manager, or set upload and source_platform in the extra of connection "
                "abm_linkedin back to what they were",
            )
            for name in dict.fromkeys(names)
            if not self.find(name)
            for other in sorted(others)
            for segment in replace(self, source_platform=other).find_all(name)
        ]
        if faults:
            raise ConfigurationError(*faults)

    def find_all(self, name: str) -> Sequence[Segment]:
        """Return the segments with the audience's source id, the oldest first."""
        query = {
            "q": "account",
            "account": self.account,
            "sourcePlatform": self.source_platform,
            "sourceSegmentId": source_segment_id(name),
            "start": "0",
            "count": "10",
        }
        body = body_of(self.http.request("GET", SEGMENTS, params=query))
        try:
            found = [_segment(element) for element in body["elements"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ContractError("LinkedIn listed segments in a form its documentation does not have.") from error
        return sorted(found, key=lambda segment: (len(segment.segment_id), segment.segment_id))

    def find_or_create(self, name: str, kind: str = COMPANY) -> Segment:
        """Return the audience's segment; it is looked for before every attempt to create it."""
        for attempt in stamina.retry_context(
            on=RetryableError, attempts=CREATE_ATTEMPTS, timeout=None, wait_initial=5.0, wait_max=60.0
        ):
            with attempt:
                return self.find(name) or self.create(name, kind)
        raise AssertionError  # the last attempt either returned or raised

    def create(self, name: str, kind: str) -> Segment:
        """Make a segment; a second call makes a second one."""
        body = {
            "name": name,
            "sourcePlatform": self.source_platform,
            "sourceSegmentId": source_segment_id(name),
            "account": self.account,
            "accessPolicy": "PRIVATE",
            "type": kind,
            "destinations": [{"destination": "LINKEDIN"}],
        }
        headers = self._once.request("POST", SEGMENTS, json=body).headers
        segment_id = headers.get("x-restli-id") or headers.get("x-linkedin-id")
        if not segment_id:
            raise ContractError("LinkedIn created a segment without telling its id. The next run finds it.")
        return Segment(segment_id, kind, "BUILDING")

    def delete(self, segment_id: str) -> None:
        self.http.request("DELETE", f"{SEGMENTS}/{segment_id}")

    def stream(self, segment_id: str, kind: str, elements: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
        """Add and remove members, and return what is said of each element; waits for a segment that is new.

        Raises RefusedError where LinkedIn refuses the request whole, RetryableError where the segment stays unknown.
        """
        content = orjson.dumps({"elements": elements})
        response = self.post_when_ready(f"{SEGMENTS}/{segment_id}/{STREAMS[kind]}", content, _STREAM)
        answered = body_of(response).get("elements")
        if not isinstance(answered, list) or len(answered) != len(elements):
            raise ContractError(
                f"LinkedIn did not answer for each of {len(elements)} members. The next run sends them again."
            )
        return answered

    def close(self) -> None:
        self.http.close()
        self._once.close()

    def post_when_ready(self, path: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Post to a segment's sub-resource, again while LinkedIn does not know the segment yet."""
        for attempt in stamina.retry_context(
            on=_is_unknown, attempts=None, timeout=READY_SECONDS, wait_initial=2.0, wait_max=20.0
        ):
            with attempt:
                return self._post_once(path, content, headers)
        raise AssertionError  # the last attempt either returned or raised

    def _post_once(self, path: str, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        try:
            return self.http.request("POST", path, content=content, headers=headers)
        except RefusedError as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise
            raise RetryableError(
                "LinkedIn does not know the segment yet. A new one takes a minute or two: it is asked again for "
                f"{READY_SECONDS:.0f} s, then by the next run.",
                code=_UNKNOWN,
            ) from error


def source_segment_id(name: str) -> str:
    """Return our id of an audience on LinkedIn: readable, and different for names that only look alike."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:LONGEST_SLUG].strip("-")
    return "-".join(filter(None, ("abm", slug, f"{zlib.crc32(name.encode()):08x}")))


def _segment(element: Mapping[str, Any]) -> Segment:
    destinations = element.get("destinations") or [{}]
    told = next((item for item in destinations if item.get("destination") == "LINKEDIN"), destinations[0])
    return Segment(
        str(element["id"]),
        str(element["type"]),
        told.get("status"),
        _count(told.get("audienceSize")),
        _count(told.get("matchedCount")),
        _count(element.get("inputCount")),
    )


def _count(value: Any) -> int | None:
    return None if value is None else int(value)


def _is_unknown(error: Exception) -> bool:
    return isinstance(error, RetryableError) and error.code == _UNKNOWN
