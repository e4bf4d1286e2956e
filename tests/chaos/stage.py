"""One platform, one warehouse and the processes that publish to it: what happens there, and what they hold."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm_sandbox.faults import Fault
from abm_sandbox.hubspot.errors import ApiError as HubSpotError
from abm_sandbox.linkedin.errors import ApiError as LinkedInError

from .nights import FAULTS, Night, Trouble
from .sandboxes import AUDIENCES, Sandbox, World
from .steps import BROKEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

PROCESS = Path(__file__).with_name("process.py")


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
    warehouse: psycopg.Connection
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
        with self.warehouse.transaction():
            self.warehouse.execute("delete from ops.rate_limits")
            for table in (
                "sync_state",
                "sync_changes",
                "sync_runs",
                "sync_refusals",
                "sync_failures",
                "sync_audiences",
            ):
                self.warehouse.execute(f"delete from ops.{table}")
            self.warehouse.execute("delete from ops.releases where release_id <> 'r1' and status = 'superseded'")

    def publish(self, world: World) -> None:
        """Make a release live that wants this world."""
        self.published.append(world)
        rows = self.sandbox.rows(world)
        with self.warehouse.transaction(), self.warehouse.cursor() as cursor:
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
        with self.warehouse.transaction():
            self.warehouse.execute("update ops.sync_failures set failed_on = failed_on - 30")
            self.warehouse.execute("delete from ops.rate_limits")

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
        row = self.warehouse.execute("select rows_planned from ops.sync_runs where run_id = %s", [run_id]).fetchone()
        assert row is not None
        return int(row[0])

    def acknowledged(self) -> dict[str, str | None]:
        """Return content by object key, None for what is in doubt."""
        content = "payload ->> 'ABM_Style__c'" if self.sandbox.name == "salesforce" else "payload ->> 'abm_style'"
        if not self.sandbox.of_records:
            content = "payload::text"
        rows = self.warehouse.execute(
            f"select object_key, case when payload_hash is not null then {content} end from ops.sync_state"
        ).fetchall()
        return {
            key: told if self.sandbox.of_records or told is None else json.dumps(json.loads(told), sort_keys=True)
            for key, told in rows
        }

    def open_rows(self) -> int:
        row = self.warehouse.execute("select count(*) from ops.sync_changes where outcome is null").fetchone()
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
