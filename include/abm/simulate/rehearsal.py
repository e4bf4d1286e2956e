"""A rehearsal from start to end: lay out schemas, replay past months where asked, build, compare, judge, name it."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 (the dataclass's types are read where it is shown)
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from abm.errors import HeldError
from abm.policy.styles import STYLES
from abm.simulate.building import build, prepare
from abm.simulate.outcome import Live, Outcome, read_live, read_outcome
from abm.simulate.replay import Month, replay
from abm.simulate.schemas import begin, copy_ops, own_schemas
from abm.simulate.verdicts import Verdict, judge, read_benchmarks
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import psycopg

    from abm.policy.schema import Policy

DIGEST_LENGTH = 16


@dataclass(frozen=True)
class Rehearsal:
    """What a policy would do today, beside what is published."""

    as_of: dt.date
    is_review: bool
    policy_version: str
    currency: str
    live: Live | None
    outcome: Outcome
    verdicts: Sequence[Verdict]
    months: Sequence[Month]
    medians: Mapping[str, float]
    digest: str = ""

    @property
    def is_policy_in_force(self) -> bool:
        return self.live is not None and self.live.policy_version == self.policy_version


def simulate(
    url: str,
    policy: Policy,
    *,
    months: int = 0,
    is_review: bool = True,
    keep: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Rehearsal:
    """Rehearse the policy as the next review, or as a night, on the data of the last build.

    Nothing outside the rehearsal's own schemas is written. Raises HeldError where nothing was built yet, or where
    another build began meanwhile.
    """
    with connect(url) as connection:
        began, last_build = _last_build(connection)
        live = read_live(connection)
    as_of = live.as_of if live else last_build
    with own_schemas(url, tell, keep=keep):
        copy_ops(url, prepare(url))
        replayed = replay(url, policy, as_of, months, tell) if months else ()
        tell(f"Rehearsing {'a review' if is_review else 'a night'} as of {as_of}")
        version = begin(url, policy, as_of, is_review=is_review)
        build(url)
        with connect(url) as connection:
            _require_same_build(connection, began)
            outcome = read_outcome(
                connection,
                _labels(policy),
                has_before=live is not None,
                before_rate=_rate(policy, live.currency) if live else None,
            )
            benchmarks = read_benchmarks(connection)
    return _named(
        Rehearsal(
            as_of=as_of,
            is_review=is_review,
            policy_version=version,
            currency=policy.currency,
            live=live,
            outcome=outcome,
            verdicts=judge(outcome.styles, policy, benchmarks),
            months=replayed,
            medians={style: value for (metric, style), value in benchmarks.items() if metric == "accounts"},
        )
    )


def as_data(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return all of a rehearsal as JSON data."""
    data: dict[str, Any] = json.loads(json.dumps(asdict(rehearsal), default=str))
    return data


def _named(rehearsal: Rehearsal) -> Rehearsal:
    """Add the digest: the same inputs give the same one, wherever and whenever they are rehearsed."""
    data = as_data(rehearsal)
    if data["live"] is not None:
        del data["live"]["release_id"]  # a name, no input
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return replace(rehearsal, digest=hashlib.sha256(canonical.encode()).hexdigest()[:DIGEST_LENGTH])


def _labels(policy: Policy) -> dict[str, str]:
    return {name: policy.styles[name].label for name in STYLES} | {"none": "No style"}


def _rate(policy: Policy, currency: str) -> float | None:
    return 1.0 if currency == policy.currency else policy.rates.get(currency)


def _last_build(connection: psycopg.Connection) -> tuple[dt.datetime, dt.date]:
    row = connection.execute("select started_at, as_of_date from ops.build_context").fetchone()
    if row is None or connection.execute("select to_regclass('intermediate.int_accounts')").fetchone() == (None,):
        raise HeldError("Nothing was built yet, so there is nothing to rehearse on. Run 'abm run --dry-run' first.")
    return row[0], row[1]


def _require_same_build(connection: psycopg.Connection, began: dt.datetime) -> None:
    if _last_build(connection)[0] != began:
        raise HeldError(
            "Another build began while the policy was rehearsed, so the result may be of two days. Run it again."
        )
