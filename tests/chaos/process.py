"""Runs of the product in processes of their own, each of which may be killed (SIGKILL) where the test says.

`python process.py` imports everything once and then forks for each job that it reads as a line of JSON: starting Python
anew would take longer than a whole run. A child kills itself, so that the same seed dies at the same place. It is only
ever run, not imported: it takes the waiting out of everything in its process.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback

_sleep = time.sleep
time.sleep = lambda seconds: _sleep(min(seconds, 0.001))  # before anything takes it as a default

import functools  # noqa: E402
import gc  # noqa: E402
from importlib import import_module  # noqa: E402
from pathlib import Path  # noqa: E402

import httpx  # noqa: E402
import psycopg  # noqa: E402
import stamina  # noqa: E402

from abm import activation, warehouse  # noqa: E402, F401
from abm.destinations import REGISTRY, open_destination  # noqa: E402
from abm.destinations.hubspot import destination as hubspot  # noqa: E402
from abm.destinations.linkedin.sending import Sending as LinkedInSending  # noqa: E402
from abm.destinations.meta.sending import Sending as MetaSending  # noqa: E402
from abm.destinations.salesforce import destination as salesforce  # noqa: E402
from abm.destinations.salesforce import row_calls  # noqa: E402
from abm.errors import AbmError, BusyError, HeldError  # noqa: E402
from abm.rates import Limiter  # noqa: E402
from abm.settings import Connection  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests import approvals  # noqa: E402
from tests.chaos.connections import Lender, borrow_from  # noqa: E402
from tests.chaos.steps import BROKEN, DONE, STEPPED_ASIDE, STEPS, TOLD  # noqa: E402

approvals.load_policy = functools.cache(approvals.load_policy)

ATTEMPTS = 3  # of each request
# What is imported only where it is needed, and would be by each child anew.
LATE_IMPORTS = ("encodings.idna", "pandas", "abm.sources.hubspot.records", "abm.sources.salesforce.records")


def main() -> None:
    """Serve jobs: a list of them on each line is run at the same time, and their ends are written as one line."""
    for name in (*(f"abm.destinations.{name}.destination" for name in REGISTRY), *LATE_IMPORTS):
        import_module(name)
    _use_small_batches()
    approvals.load_policy(None)
    httpx._transports.default.create_ssl_context = functools.cache(httpx._transports.default.create_ssl_context)
    httpx.Client().close()  # loads what it needs once, for all children
    gc.freeze()  # what children collect shall not be copied for it
    lender: Lender | None = None
    for line in sys.stdin:
        jobs = json.loads(line)
        lender = lender or Lender(jobs[0]["url"])
        sys.stdout.write(json.dumps(_run_all(jobs, lender)) + "\n")
        sys.stdout.flush()


def _run_all(jobs: list[dict], lender: Lender) -> list[int]:
    """Return each job's exit code, negative for the signal that killed it."""
    loans = [lender.lend() for _ in jobs]
    children = [_fork(job, lent) for job, lent in zip(jobs, loans, strict=True)]
    ends: dict[int, int] = {}
    while len(ends) < len(children):
        child, status = os.wait()  # whichever ends first: the others may wait for what it holds
        ends[child] = os.waitstatus_to_exitcode(status)
        lender.take_back(loans[children.index(child)], killed=ends[child] < 0)
    return [ends[child] for child in children]


def _use_small_batches() -> None:
    """Let a handful of rows be many batches, calls and jobs."""
    salesforce.MOST_ROWS_BY_CALLS, salesforce.BULK_ROWS, row_calls.ROWS_A_CALL = 2, 3, 1
    hubspot.ROWS_A_SEND, hubspot.UPDATE_INPUTS = 3, 2
    import_module("abm.destinations.linkedin.destination").ROWS_A_SEND = 2
    import_module("abm.destinations.meta.destination").ROWS_A_SEND = 2
    import_module("abm.destinations.google.destination").ROWS_A_SEND = 2
    LinkedInSending.members_a_request = MetaSending.members_a_request = 2
    import_module("abm.destinations.google.sending").MEMBERS_A_REQUEST = 1
    stamina.instrumentation.set_on_retry_hooks([])
    stamina.set_testing(True, attempts=ATTEMPTS, cap=True)
    Limiter.pause = lambda _self, _seconds: None  # nights follow one another at once: no pause lasts to the next


def _fork(job: dict, lent: list[psycopg.Connection]) -> int:
    if child := os.fork():
        return child
    try:
        borrow_from(lent)
        os._exit(_run(job))
    except BaseException:  # noqa: BLE001 (told to the test, which fails)
        traceback.print_exc()
        os._exit(BROKEN)


def _run(job: dict) -> int:
    os.environ["ABM_HOME"] = job["home"]
    if job["dies"] is not None:
        _arm(*job["dies"])
    connection = Connection(**job["connection"]) if job["connection"] else None
    opening = functools.partial(_open, connection)
    try:
        activation.plan(job["url"], job["destination"], run_id=job["run_id"])
        approvals.let(job["url"], job["run_id"])
        activation.send(job["url"], job["run_id"], connection, opening=opening)
        activation.account(job["url"], job["run_id"], connection, opening=opening)
    except (HeldError, BusyError):
        return STEPPED_ASIDE
    except AbmError as error:
        sys.stderr.write(f"{job['run_id']}: {error}\n")
        return TOLD
    return DONE


def _open(given: Connection | None, name: str, _connection: object):
    return open_destination(name, given)


def _arm(where: str, number: int, when: str) -> None:
    """Kill this process before or after the so-many-eth call of what `where` names."""
    if where == "statement":
        psycopg.Cursor.execute = _deadly(psycopg.Cursor.execute, number, when)
    elif where == "request":
        httpx.Client.send = _deadly(httpx.Client.send, number, when)
    else:
        module, _, path = STEPS[where].partition(":")
        owner = import_module(module)
        *parts, name = path.split(".")
        for part in parts:
            owner = getattr(owner, part)
        setattr(owner, name, _deadly(getattr(owner, name), number, when))


def _deadly(function, number: int, when: str):
    left = number

    @functools.wraps(function)
    def call(*args, **kwargs):
        nonlocal left
        left -= 1
        is_last = left == 0
        if is_last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = function(*args, **kwargs)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return call


if __name__ == "__main__":
    main()
