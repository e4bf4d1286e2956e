"""What a waiting account is told would let it in does let it in when applied alone, and nothing less does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tests.decisions.reference import decide, propose
from tests.decisions.worlds import INPUTS, RandomWorld, random_world, rules_of, world_rows

from abm.policy.treatment import Marketer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.decisions.conftest import MakeDecider
    from tests.decisions.decider import Decider, Row

    from abm.policy.schema import Policy

SEEDS = range(5000, 5250)
POINT = Decimal("0.1")
MANY_MARKETERS = 60  # more than any of these worlds has accounts to seat
STATED = ("int_waitlist_points", "int_waitlist_marketers", "int_waitlist_potential")
MODELS = ("int_style_waitlist", "int_style_proposals", *STATED)


@pytest.fixture(scope="module")
def decider(make_decider: MakeDecider) -> Decider:
    return make_decider(MODELS, INPUTS)


@pytest.fixture(scope="module")
def waiting(decider: Decider) -> list[Waiting]:
    """Every account that waits in these worlds, with what it is told."""
    return [each for seed in SEEDS for each in _waiting(decider, random_world(seed))]


class Waiting:
    """One account on the waitlist of one world."""

    def __init__(self, world: RandomWorld, name: str, style: str, stated: dict[str, Any]) -> None:
        self.world, self.name, self.style = world, name, style
        self.points: Decimal | None = stated.get("int_waitlist_points")
        self.marketers: int | None = stated.get("int_waitlist_marketers")
        self.potential: Decimal | None = stated.get("int_waitlist_potential")

    def __repr__(self) -> str:
        return f"{self.name} of world {self.world.seed}, waiting for {self.style}"

    def with_account(self, **changed: Any) -> RandomWorld:
        accounts = tuple(
            replace(account, **changed) if account.account_id == self.name else account
            for account in self.world.case.accounts
        )
        return replace(self.world, case=replace(self.world.case, accounts=accounts))

    def with_marketers(self, more: int) -> RandomWorld:
        policy = with_marketers(self.world.policy, self.style, more)
        return replace(self.world, policy=policy, case=replace(self.world.case, rules=rules_of(policy)))

    def is_let_in(self, world: RandomWorld, style: str | None = None) -> bool:
        return propose(world.case).seated.get(self.name) == (style or self.style)

    @property
    def overrides_wait(self) -> bool:
        """A person's word takes the first seats that are added, so more people help nobody for sure."""
        decided = decide(self.world.case)
        return any(
            account.override is not None
            and account.override.style == self.style
            and decided[account.account_id].reason_code == "override_waits"
            for account in self.world.case.accounts
        )

    @property
    def wanted_above(self) -> str | None:
        rules = self.world.case.rules
        wanted = rules.rank(decide(self.world.case)[self.name].wanted_style)
        return next((style.name for style in rules.styles if style.rank == wanted - 1), None)


def with_marketers(policy: Policy, style: str, more: int) -> Policy:
    """Return the policy with further marketers of a style, at its ordinary capacity."""
    given = policy.styles[style].seats
    team = [*given.marketers, *(Marketer(name=f"new {number}") for number in range(more))]
    seats = given.model_copy(update={"marketers": team})
    styles = policy.styles | {style: policy.styles[style].model_copy(update={"seats": seats})}
    return policy.model_copy(update={"styles": styles})


def _waiting(decider: Decider, world: RandomWorld) -> Iterator[Waiting]:
    rows = decider.run(world_rows(world))
    stated = {model: {row["account_id"]: _value(row) for row in rows[model]} for model in STATED}
    for row in rows["int_style_waitlist"]:
        name = row["account_id"]
        yield Waiting(world, name, row["style"], {model: stated[model].get(name) for model in STATED})


def _value(row: Row) -> Any:
    return next(value for column, value in row.items() if column.endswith("_needed"))


def test_the_points_stated_let_the_account_in_and_fewer_do_not(waiting: list[Waiting]) -> None:
    told = [each for each in waiting if each.points is not None]
    assert len(told) > 100
    for each in told:
        assert each.is_let_in(each.with_account(score=each.points)), each
        assert not each.is_let_in(each.with_account(score=each.points - POINT if each.points else None)), each


def test_who_is_told_no_points_would_not_get_in_with_all_of_them(waiting: list[Waiting]) -> None:
    for each in (each for each in waiting if each.points is None):
        assert not each.is_let_in(each.with_account(score=Decimal(100))), each


def test_the_marketers_stated_let_the_account_in_and_fewer_do_not(waiting: list[Waiting]) -> None:
    told = [each for each in waiting if each.marketers is not None]
    assert len(told) > 20
    for each in told:
        assert each.is_let_in(each.with_marketers(each.marketers)), each
        assert not each.is_let_in(each.with_marketers(each.marketers - 1)), each


def test_who_is_told_no_marketers_is_not_waiting_for_people(waiting: list[Waiting]) -> None:
    for each in (each for each in waiting if each.marketers is None):
        if each.world.policy.styles[each.style].seats.marketers and not each.overrides_wait:
            assert not each.is_let_in(each.with_marketers(MANY_MARKETERS)), each


def test_the_potential_stated_lets_the_account_into_the_style_above(waiting: list[Waiting]) -> None:
    told = [each for each in waiting if each.potential is not None]
    assert len(told) > 10
    for each in told:
        assert each.is_let_in(each.with_account(potential=each.potential), each.wanted_above), each
        less = each.with_account(potential=each.potential - Decimal("0.01"))
        assert not each.is_let_in(less, each.wanted_above), each


@pytest.mark.parametrize(
    ("kind", "apply"),
    [
        ("points", lambda each: each.with_account(score=each.points)),
        ("marketers", lambda each: each.with_marketers(each.marketers)),
        ("potential", lambda each: each.with_account(potential=each.potential)),
    ],
)
def test_what_is_stated_also_convinces_the_sql(
    decider: Decider, waiting: list[Waiting], kind: str, apply: Callable[[Waiting], RandomWorld]
) -> None:
    for each in [each for each in waiting if getattr(each, kind) is not None][::29]:
        rows = decider.run(world_rows(apply(each)), ["int_style_proposals"])["int_style_proposals"]
        seated = [row["style"] for row in rows if row["account_id"] == each.name and row["is_seated"]]
        assert seated == [each.wanted_above if kind == "potential" else each.style], each
