"""Whatever breaks, and wherever: afterwards desired = acknowledged = held, and no write had a second effect.

Each example publishes random worlds to one platform of the registry, over the real sandbox server, while faults rain
and processes are killed. `ABM_CHAOS_EXAMPLES` says how many (500; `make chaos`: 5,000), `ABM_CHAOS_SEED` which; a
failing example is printed with its seed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, note, seed, settings
from hypothesis import strategies as st
from tests.candidates import make_ledger_marts
from tests.unit.activation.conftest import CANDIDATE, DAY

from abm import release
from abm.destinations import REGISTRY
from abm.policy.load import load_policy
from abm.warehouse import connect
from abm_sandbox.faults import Fault
from abm_sandbox.hubspot.errors import ApiError as HubSpotError
from abm_sandbox.linkedin.errors import ApiError as LinkedInError
from abm_sandbox.serving import serve

from .sandboxes import AUDIENCES, SANDBOXES, Sandbox, World
from .steps import BROKEN, DONE, STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PROCESS = Path(__file__).with_name("process.py")
EXAMPLES = int(os.environ.get("ABM_CHAOS_EXAMPLES", "500"))
pytestmark = pytest.mark.timeout(max(1200, 2 * EXAMPLES))
SEED = int(os.environ.get("ABM_CHAOS_SEED", "20261122"))
CALM_NIGHTS = 3  # leaving, joining, and one with nothing to do
KEYS = range(1, 5)
STYLES = ("one_to_one", "one_to_few")
FAULTS = {
    "throttled": {
        "salesforce": "concurrent_limit",
        "hubspot": "secondly",
        "linkedin": "throttled",
        "google": "minute_limit",
        "meta": "audience_limit",
    },
    "server": {
        "salesforce": "unknown",
        "hubspot": "server_500",
        "linkedin": "server_500",
        "google": "internal",
        "meta": "unknown",
    },
    "unavailable": {
        "salesforce": "unavailable",
        "hubspot": "server_503",
        "linkedin": "server_503",
        "google": "unavailable",
        "meta": "service",
    },
    "token_expired": {
        "salesforce": "session_expired",
        "hubspot": "token_expired",
        "linkedin": "token_expired",
        "google": "token_expired",
        "meta": "token_expired",
    },
}
KINDS = (*FAULTS, "cut", "lost", "lost_cut", "delayed", "of_row", "half_job")
MOMENTS = st.tuples(
    st.one_of(
        st.tuples(st.just("statement"), st.integers(1, 45)),
        st.tuples(st.just("request"), st.integers(1, 14)),
        st.tuples(st.sampled_from(sorted(STEPS)), st.integers(1, 3)),
    ),
    st.sampled_from(["before", "after"]),
)


@dataclass(frozen=True)
class Trouble:
    """One fault: what it is, after how many requests, how often, and which row it is of."""

    kind: str
    skip: int
    times: int
    key: int


@dataclass(frozen=True)
class Night:
    """What is published, what breaks, where the process dies, and what people and schedulers do then."""

    world: World
    troubles: Sequence[Trouble]
    dies: tuple[tuple[str, int], str] | None
    then: str


values = st.tuples(st.sampled_from([*zip(STYLES, AUDIENCES, strict=True)]), st.integers(1, 2))
worlds = st.dictionaries(st.sampled_from(KEYS), values, max_size=4)
troubles = st.builds(
    Trouble, st.sampled_from(KINDS), st.integers(0, 8), st.sampled_from([1, 1, 2, 3, 6]), st.sampled_from(KEYS)
)
nights = st.builds(
    Night,
    worlds,
    st.lists(troubles, max_size=3),
    st.none() | MOMENTS,
    st.sampled_from(["leave", "resume", "resume", "again", "two at once", "rival", "new plan"]),
)


class Processes:
    """The process that forks the runs; see process.py."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("process.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *jobs: Mapping[str, Any]) -> list[int]:
        """Run the jobs at the same time and return how each ended."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(jobs) + "\n")
        self._child.stdin.flush()
        ends: list[int] = json.loads(self._child.stdout.readline())
        assert BROKEN not in ends, "a run broke; its traceback is above"
        return ends

    def close(self) -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait()
        self._child.stdout.close()


@dataclass
class Stage:
    """One platform, one warehouse and one process that makes others, for all examples of a destination."""

    url: str
    sandbox: Sandbox
    processes: Processes
    server: dict[str, Any]
    runs: int = 0
    ends: list[int] = field(default_factory=list)
    published: list[World] = field(default_factory=list)

    def begin(self) -> None:
        """Forget everything of earlier examples."""
        if self.sandbox.of_records:
            self.sandbox.reset()
        else:
            self.sandbox.close()
            shutil.rmtree(self.sandbox.home / "lists", ignore_errors=True)
            self.sandbox = type(self.sandbox)(self.sandbox.home, self.sandbox.url)
            self.server["app"] = self.sandbox.app
        self.published = [{}]
        self.ends = []
        with connect(self.url) as warehouse:
            warehouse.execute("delete from ops.rate_limits")
            for table in (
                "sync_state",
                "sync_changes",
                "sync_runs",
                "sync_refusals",
                "sync_failures",
                "sync_audiences",
            ):
                warehouse.execute(f"delete from ops.{table}")
            warehouse.execute("delete from ops.releases where release_id <> 'r1' and status = 'superseded'")

    def publish(self, world: World) -> None:
        """Make a release live that wants this world."""
        self.published.append(world)
        rows = self.sandbox.rows(world)
        with connect(self.url) as warehouse, warehouse.cursor() as cursor:
            cursor.execute("update ops.releases set status = 'superseded' where status = 'published'")
            cursor.execute(
                "insert into ops.releases (release_id, as_of_date, policy_version, status, published_at)"
                " select gen_random_uuid()::text, as_of_date, policy_version, 'published', now()"
                " from ops.releases where release_id = 'r1'"
            )
            if self.sandbox.of_records:
                cursor.execute("delete from activation.crm_accounts")
                cursor.executemany(
                    "insert into activation.crm_accounts (destination, object_key, abm_style) values (%s, %s, %s)",
                    [(self.sandbox.name, key, style) for key, style in rows.items()],
                )
            else:
                cursor.execute("delete from activation.audience_members")
                cursor.executemany(
                    "insert into activation.audience_members (destination, audience, member_key, identifiers)"
                    " values (%s, %s, %s, %s)",
                    [(self.sandbox.name, *key.split("/", 1), content) for key, content in rows.items()],
                )

    def job(self, run_id: str, dies: tuple[tuple[str, int], str] | None = None) -> dict[str, Any]:
        return {
            "url": self.url,
            "home": str(self.sandbox.home),
            "destination": self.sandbox.name,
            "connection": self.sandbox.connection(),
            "run_id": run_id,
            "dies": dies and [*dies[0], dies[1]],
        }

    def run(self, *jobs: Mapping[str, Any]) -> list[int]:
        ends = self.processes.run(*jobs)
        self.ends += ends
        return ends

    def next_run(self) -> str:
        self.runs += 1
        return f"run-{self.runs}"

    def break_things(self, troubles: Sequence[Trouble]) -> None:
        for trouble in troubles:
            self._break(trouble)

    def _break(self, trouble: Trouble) -> None:
        name, app = self.sandbox.name, self.sandbox.app
        if app is None:
            return
        when = {"skip": trouble.skip, "times": trouble.times}
        if trouble.kind in FAULTS:
            app.state.faults.append(Fault.of(answers(name)[FAULTS[trouble.kind][name]], **when))
        elif trouble.kind == "cut":
            app.state.faults.append(Fault(drop=True, **when))
        elif trouble.kind == "lost":
            app.state.faults.append(Fault(status=504, after_applying=True, **when))
        elif trouble.kind == "lost_cut":
            app.state.faults.append(Fault(drop=True, after_applying=True, **when))
        elif trouble.kind == "delayed":
            app.state.faults.append(Fault(delay=0.005, **when))
        elif trouble.kind == "half_job" and name == "salesforce":
            app.state.org.jobs_stop_after.append(trouble.key - 1)
        elif trouble.kind == "of_row":
            self._break_row(trouble)

    def _break_row(self, trouble: Trouble) -> None:
        state, name = self.sandbox.app.state, self.sandbox.name
        if name == "salesforce":
            state.org.row_locks[self.sandbox.ids[trouble.key]] = 3 * trouble.times
        elif name == "hubspot":
            error = HubSpotError(500, "INTERNAL_ERROR", "internal error")
            state.portal.row_faults[self.sandbox.ids[trouble.key]] = [error] * trouble.times
        elif name == "linkedin":
            error = LinkedInError(409, "CONFLICT", "The entity was changed by another request")
            state.ad_account.element_faults[self.sandbox.member(trouble.key, 1)] = [error] * trouble.times
        elif name == "google":
            digest = self.sandbox.member(trouble.key, 1).partition("=")[2]
            state.ads_account.processing_errors[digest] = "PROCESSING_ERROR_REASON_INTERNAL_ERROR"

    def calm_down(self) -> None:
        """Let all faults pass, and so many nights that whatever waits may come again."""
        app, name = self.sandbox.app, self.sandbox.name
        if app is not None:
            app.state.faults.clear()
        if name == "salesforce":
            app.state.org.row_locks.clear()
            app.state.org.jobs_stop_after.clear()
        elif name == "hubspot":
            app.state.portal.row_faults.clear()
        elif name == "linkedin":
            app.state.ad_account.element_faults.clear()
        elif name == "google":
            app.state.ads_account.processing_errors.clear()
        self.sandbox.weather()
        with connect(self.url) as warehouse:
            warehouse.execute("update ops.sync_failures set failed_on = failed_on - 30")
            warehouse.execute("delete from ops.rate_limits")

    def live_through(self, night: Night) -> None:
        """Run one night as a scheduler would, with all that goes wrong in it."""
        self.publish(night.world)
        self.break_things(night.troubles)
        run_id = self.next_run()
        first = self.job(run_id, night.dies)
        if night.then == "two at once":
            self.run(first, self.job(run_id))
        elif night.then == "rival":
            self.run(first, self.job(self.next_run()))
        else:
            self.run(first)
        if night.then == "new plan":
            self.publish({key: (value, 3 - way) for key, (value, way) in night.world.items()})
        if night.then in {"resume", "new plan", "again"}:
            self.run(self.job(run_id))
        if night.then == "again":
            self.run(self.job(run_id))

    def planned(self, run_id: str) -> int:
        with connect(self.url) as warehouse:
            row = warehouse.execute("select rows_planned from ops.sync_runs where run_id = %s", [run_id]).fetchone()
        assert row is not None
        return int(row[0])

    def acknowledged(self) -> dict[str, str | None]:
        """Return content by object key, None for what is in doubt."""
        content = "payload ->> 'ABM_Style__c'" if self.sandbox.name == "salesforce" else "payload ->> 'abm_style'"
        if not self.sandbox.of_records:
            content = "payload::text"
        with connect(self.url) as warehouse:
            rows = warehouse.execute(
                f"select object_key, case when payload_hash is not null then {content} end from ops.sync_state"
            ).fetchall()
        return {
            key: told if self.sandbox.of_records or told is None else json.dumps(json.loads(told), sort_keys=True)
            for key, told in rows
        }

    def open_rows(self) -> int:
        with connect(self.url) as warehouse:
            row = warehouse.execute("select count(*) from ops.sync_changes where outcome is null").fetchone()
        assert row is not None
        return int(row[0])

    def allowed_effects(self) -> Counter[str]:
        """Return how often each thing may have changed: once for each release that wants it to be otherwise."""
        allowed: Counter[str] = Counter(AUDIENCES)
        for before, after in zip(self.published, self.published[1:], strict=False):
            had, has = self.sandbox.things(before), self.sandbox.things(after)
            allowed.update(key for key in had.keys() | has.keys() if had.get(key) != has.get(key))
        return allowed


def answers(name: str) -> Mapping[str, Any]:
    module = __import__(f"abm_sandbox.{name}.faults", fromlist=["ANSWERS"])
    found: Mapping[str, Any] = module.ANSWERS
    return found


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.close()


@pytest.fixture(scope="session")
def warehouse_of_chaos(new_database: Callable[[], str]) -> str:
    url = new_database()
    with connect(url, autocommit=True) as connection:
        # Processes are killed here, never the server, so its disk need not be waited for.
        connection.execute(
            "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$"
        )
    policy = load_policy(None).model_copy(update={"audience_minimums": {}})
    release.start_build(url, as_of=DAY, release_id="r1", policy=policy)
    with connect(url) as connection:
        connection.execute(CANDIDATE)
        make_ledger_marts(connection)
    release.publish(url, "r1", "guard")
    return url


@pytest.fixture(scope="session", params=SANDBOXES)
def stage(
    request: pytest.FixtureRequest,
    warehouse_of_chaos: str,
    processes: Processes,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    server: dict[str, Any] = {}

    async def platform(scope: Any, receive: Any, send: Any) -> None:
        await server["app"](scope, receive, send)

    with serve(platform) as url:
        sandbox = SANDBOXES[request.param](tmp_path_factory.mktemp(request.param), url)
        server["app"] = sandbox.app
        stage = Stage(warehouse_of_chaos, sandbox, processes, server)
        if sandbox.of_records:  # its fields are made once
            stage.publish({1: (("one_to_one", "core"), 1)})
            stage.run(stage.job(stage.next_run()))
        yield stage
        stage.sandbox.close()


def check(stage: Stage, world: World) -> None:
    """Let calm nights pass until nothing is left to do, and compare what everybody knows."""
    stage.calm_down()
    stage.publish(world)
    for _ in range(CALM_NIGHTS):
        run_id = stage.next_run()
        assert stage.run(stage.job(run_id)) == [DONE]
        if not stage.planned(run_id):
            break
    else:
        pytest.fail("there was still something to send")
    stage.sandbox.weather()
    assert stage.acknowledged() == stage.sandbox.rows(world)
    assert stage.sandbox.held() == stage.sandbox.things(world)
    assert stage.open_rows() == 0
    assert stage.sandbox.effects() <= stage.allowed_effects()


def test_every_destination_is_put_through_chaos() -> None:
    assert SANDBOXES.keys() == REGISTRY.keys()


@seed(SEED)
@settings(
    max_examples=-(-EXAMPLES // len(SANDBOXES)),
    deadline=None,
    database=None,
    print_blob=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(history=st.lists(nights, min_size=1, max_size=2), last=worlds.filter(bool))
@example(  # what may have arrived under other identifiers must leave too
    history=[
        Night({1: (("one_to_one", "core"), 1), 2: (("one_to_few", "wide"), 1)}, [], None, "leave"),
        Night(
            {1: (("one_to_one", "core"), 2), 2: (("one_to_few", "wide"), 1)}, [], (("batch sent", 1), "after"), "leave"
        ),
    ],
    last={2: (("one_to_few", "wide"), 1)},
)
def test_whatever_breaks_a_calm_night_mends_it(stage: Stage, history: list[Night], last: World) -> None:
    note(f"seed {SEED}\n{history=!r}\n{last=!r}")
    stage.begin()
    for night in history:
        stage.live_through(night)
    check(stage, last)


ONE: World = {1: (("one_to_one", "core"), 1), 2: (("one_to_few", "wide"), 1), 3: (("one_to_one", "core"), 2)}
OTHER: World = {1: (("one_to_few", "wide"), 2), 2: (("one_to_few", "wide"), 2), 4: (("one_to_one", "core"), 1)}


OF_WHOLE_AUDIENCES = {"audience announced", "audience recorded"}
OF_ROWS = {"audiences known", "batch read", "batch announced", "batch sent", "batch recorded"}
STEPS = [
    (name, step)
    for name in SANDBOXES
    for step in STEPS
    if step not in (OF_ROWS if name == "lists" else OF_WHOLE_AUDIENCES)
]


@pytest.mark.parametrize(("stage", "step"), STEPS, indirect=["stage"])
def test_process_may_be_killed_at_every_step(stage: Stage, step: str) -> None:
    stage.begin()
    stage.live_through(Night(ONE, [], None, "leave"))
    stage.live_through(Night(OTHER, [], ((step, 1), "before"), "resume"))
    stage.live_through(Night(ONE, [], ((step, 1), "after"), "resume"))
    assert stage.ends.count(-signal.SIGKILL) == 2
    check(stage, ONE)
