"""/users, /usersreplace and /usersofanyaudience: people added to, removed from and replaced in an audience.

https://developers.facebook.com/docs/marketing-api/reference/custom-audience/users
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm_sandbox.meta.errors import Json, documented, invalid
from abm_sandbox.meta.parameters import account_of, read_parameters
from abm_sandbox.meta.payloads import read_payload
from abm_sandbox.meta.sessions import Session, Sessions, read_batch

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from abm_sandbox.meta.ad_account import AdAccount
    from abm_sandbox.meta.members import Person
    from abm_sandbox.meta.payloads import Payload


async def add(request: Request) -> Response:
    """Answer POST /users; with `method=delete` it removes, as the documentation allows."""
    parameters = await read_parameters(request)
    action = "REMOVE" if str(parameters.get("method", "")).upper() == "DELETE" else "ADD"
    return _write(request, action, parameters)


async def remove(request: Request) -> Response:
    return _write(request, "REMOVE", await read_parameters(request))


async def replace(request: Request) -> Response:
    parameters = await read_parameters(request)
    if parameters.get("session") is None:
        raise invalid("The parameter session is required")
    return _write(request, "REPLACE", parameters)


async def remove_everywhere(request: Request) -> Response:
    """Answer DELETE /act_<id>/usersofanyaudience: the people leave every audience, small ones too."""
    parameters = await read_parameters(request)
    account = account_of(request)
    account.check_account(request.path_params["id"])
    account.check_may_write()
    payload = read_payload(parameters.get("payload"))
    for audience_id in account.members.audiences_of(payload.people):
        account.members.remove(audience_id, payload.people, account.clock())
        account.touch(str(audience_id))
    return Json(_told(payload, None, None))


async def sessions(request: Request) -> Response:
    account, audience_id = account_of(request), request.path_params["id"]
    account.audience(audience_id)
    found = sessions_of(request).of(audience_id, request.query_params.get("session_id"))
    return Json({"data": found})


def sessions_of(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found


def _write(request: Request, action: str, parameters: dict[str, object]) -> Response:
    account, audience_id = account_of(request), request.path_params["id"]
    account.editable_audience(audience_id)
    payload = read_payload(parameters.get("payload"))
    batch = read_batch(parameters.get("session"))
    if action == "REMOVE":
        _check_size_left(account, audience_id, payload.people)
    session = None
    if batch:
        session = sessions_of(request).enter(batch, audience_id, action, account.clock())
        session.take(batch.number, payload)
    is_last = batch is not None and batch.is_last
    _apply(account, audience_id, action, payload, session, is_last=is_last)
    if session and is_last:
        session.end = account.clock()
        session.num_matched = account.members.matched(audience_id)
    return Json(_told(payload, audience_id, session))


def _apply(
    account: AdAccount, audience_id: str, action: str, payload: Payload, session: Session | None, *, is_last: bool
) -> None:
    now = account.clock()
    if action == "ADD":
        account.members.add(audience_id, payload.people, now)
    elif action == "REMOVE":
        account.members.remove(audience_id, payload.people, now)
    elif session and is_last:
        everyone = [person for number in sorted(session.people) for person in session.people[number]]
        account.members.replace(audience_id, everyone, now)
    account.touch(audience_id)


def _check_size_left(account: AdAccount, audience_id: str, people: list[Person]) -> None:
    left = account.members.matched(audience_id) - account.members.matched_of(audience_id, people)
    if left < account.minimum:
        raise documented("removal_too_small")


def _told(payload: Payload, audience_id: str | None, session: Session | None) -> dict[str, object]:
    return {
        **({"audience_id": audience_id} if audience_id else {}),
        "session_id": str(session.session_id if session else 0),
        "num_received": session.num_received if session else payload.received,
        "num_invalid_entries": len(payload.malformed),
        "invalid_entry_samples": payload.samples or {},
    }
