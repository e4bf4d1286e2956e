"""Doubts about what a policy says without effect: rules that can never apply, seats nobody can take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.errors import Fault
from abm.policy.seats import style_seats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.policy.decisions import Programme
    from abm.policy.schema import Policy

_WHOLE = 1.0
_ALL_POINTS = 100
_MOST_PROSPECTS = 0.5
_SHARES = (
    "landing_volume_drop",
    "landing_null_share",
    "candidate_account_drop",
    "candidate_unknown_band",
    "candidate_style_drift",
)


def idle_doubts(policy: Policy) -> Iterator[Fault]:
    """Yield what stands in the policy and changes nothing, or hinders all."""
    yield from _reviews(policy)
    yield from _seats(policy)
    yield from _leases(policy)
    yield from _programmes(policy)
    yield from _sending(policy)
    yield from _scores(policy)
    yield from _checks(policy)


def _reviews(policy: Policy) -> Iterator[Fault]:
    review = policy.review
    if not review.max_moves_share and not review.max_moves_minimum:
        yield Fault("review.max_moves_share", "and max_moves_minimum are 0: a review moves nobody, ever", "Raise one")
    if review.minimum_stay_days > review.every_days:
        yield Fault(
            "review.minimum_stay_days",
            f"{review.minimum_stay_days} outlasts the {review.every_days} days between reviews",
            "A review could not move who moved in the one before: shorten the stay, or review less often",
        )
    if review.score_margin >= _ALL_POINTS:
        yield Fault("review.score_margin", "is 100: no challenger can ever be so far ahead", "Ask for a few points")
    if review.leave_margin >= _WHOLE:
        yield Fault("review.leave_margin", "is 1: an account never leaves a band it is in", "Let a tenth be missing")
    if policy.styles["one_to_one"].enabled and review.new_accounts_up_to == "one_to_one":
        yield Fault(
            "review.new_accounts_up_to",
            "lets new accounts into 1:One without a review",
            "Bespoke work starts with a decision: name a lower style",
        )


def _seats(policy: Policy) -> Iterator[Fault]:
    sizes = policy.micro_segments
    for name, style in policy.enabled_styles.items():
        path, given = f"styles.{name}", style.seats
        number = style_seats(style, policy.portfolio.capacity)
        if number and given.lease_reserve == number:
            yield Fault(
                f"{path}.seats.lease_reserve", f"keeps all {number} seats for leases", "Nobody gets one by rank"
            )
        elif number and given.lease_reserve < number < given.lease_reserve + given.manual_seats <= 2 * number:
            left = number - given.lease_reserve
            yield Fault(
                f"{path}.seats.manual_seats",
                f"{given.manual_seats} is more than the {left} {'seat' if left == 1 else 'seats'} beside lease_reserve",
                "Keep fewer back",
            )
        if style.needs_team == "always" and not (style.entitlements and style.entitlements.team_roles):
            yield Fault(
                f"{path}.needs_team", "is always, but entitlements.team_roles names no role", "Name the roles to fill"
            )
        if name != "targeted_demand_gen" and not style.spend.planned:
            yield Fault(f"{path}.spend.planned", "is 0: its accounts would cost nothing", "Plan what one costs a year")
        cluster = given.accounts_per_cluster
        if cluster is not None and not sizes.minimum_accounts <= cluster <= sizes.maximum_accounts:
            yield Fault(
                f"{path}.seats.accounts_per_cluster",
                f"{cluster} is no size of micro_segments, {sizes.minimum_accounts} to {sizes.maximum_accounts}",
                "Seats would be counted for clusters that are never formed",
            )


def _leases(policy: Policy) -> Iterator[Fault]:
    for style, target in policy.leases.targets.items():
        if style in policy.enabled_styles and target not in policy.enabled_styles:
            yield Fault(
                f"leases.targets.{style}",
                f"leads to '{target}', which is switched off",
                "Lead to a style in use, or no lease ever begins",
            )
    for index, trigger in enumerate(policy.mqa.triggers):
        if trigger.activity == "email_open":
            yield Fault(
                f"mqa.triggers[{index}].activity",
                "is email_open, and machines open mails too",
                "Wait for a click or more",
            )
    for style, thresholds in policy.mqa.thresholds.items():
        if thresholds and style not in policy.leases.targets:
            yield Fault(
                f"mqa.thresholds.{style}",
                "qualify accounts, but no lease leads anywhere from there",
                "Name a higher style under leases.targets, or drop them",
            )


def _programmes(policy: Policy) -> Iterator[Fault]:
    reserve = policy.styles["one_to_few"].seats.lease_reserve
    for index, programme in enumerate(policy.programmes):
        path = f"programmes[{index}]"
        if "one_to_few" not in policy.enabled_styles:
            yield Fault(path, "runs in 1:Few, which is switched off", "Switch the style on, or drop the programme")
        if not programme.seats:
            yield Fault(f"{path}.seats", "is 0, so nobody enters", "Lend it seats of the reserve")
        earlier = [other for other in policy.programmes[:index] if _overlap(other, programme)]
        together = programme.seats + sum(other.seats for other in earlier)
        if earlier and programme.seats <= reserve < together:
            yield Fault(
                f"{path}.seats",
                f"and those of {', '.join(other.name for other in earlier)}, which runs then too, "
                f"are {together} seats together; the reserve has {reserve}",
                "The last in the list goes without: borrow fewer, or reserve more",
            )


def _overlap(one: Programme, other: Programme) -> bool:
    return one.starts_on < other.ends_on and other.starts_on < one.ends_on


def _sending(policy: Policy) -> Iterator[Fault]:
    many = policy.enabled_styles.get("one_to_many")
    if policy.rotation.enabled and many is None:
        yield Fault("rotation.enabled", "is on, but one_to_many is switched off", "Switch one of them")
    elif policy.rotation.enabled and many is not None and not many.audience:
        yield Fault(
            "rotation.enabled",
            "is on, but one_to_many has no audience for its waves to enter",
            "Set styles.one_to_many.audience to true",
        )
    pilot, suppression = policy.pilot, policy.suppression
    if pilot.domains and not pilot.enabled:
        yield Fault("pilot.domains", "are named, but the pilot is switched off: everybody is sent", "Set pilot.enabled")
    lists = ("own_domains", "competitor_domains", "suppressed_domains")
    suppressed = {domain for name in lists for domain in getattr(suppression, name)}
    for domain in sorted(suppressed.intersection(pilot.domains) if pilot.enabled else ()):
        yield Fault("pilot.domains", f"{domain} is suppressed, so nothing of it is sent", "Take it off one list")
    for index, name in enumerate(lists):
        for earlier in lists[:index]:
            twice = sorted(set(getattr(suppression, name)).intersection(getattr(suppression, earlier)))
            if twice:
                yield Fault(
                    f"suppression.{name}", f"{', '.join(twice)} stands in {earlier} too", "One of the reasons is told"
                )
    for style, touches in policy.contact_pressure.max_touches_per_person.items():
        if not touches:
            yield Fault(
                f"contact_pressure.max_touches_per_person.{style}", "is 0: every touch is too many", "Allow some"
            )


def _scores(policy: Policy) -> Iterator[Fault]:
    parts = policy.engagement
    if parts.breadth_share + parts.collaboration_share >= _WHOLE:
        yield Fault(
            "engagement.breadth_share",
            "and collaboration_share leave nothing for time spent",
            "Time spent is the first sign of engagement: leave it a share",
        )
    weighed = [name for name, weight in policy.factors.model_dump().items() if weight]
    if len(weighed) == 1:
        yield Fault("factors", f"make the account score {weighed[0]} alone", "Weigh what else speaks for an account")
    least = policy.seniorities.other
    for name, multiplier in policy.seniorities.model_dump().items():
        if multiplier < least:
            yield Fault(f"seniorities.{name}", f"counts for less than anybody else's, {least:g}", "Raise it")
    if parts.window_days < policy.mqa.window_days:
        yield Fault(
            "engagement.window_days",
            f"{parts.window_days} is shorter than the {policy.mqa.window_days} days of mqa.window_days",
            "An account would qualify by what its score has forgotten: look back further",
        )
    for key, whom in (("margin", "account"), ("prospect_discount", "prospect")):
        if not getattr(policy.cltv, key):
            yield Fault(f"cltv.{key}", f"is 0, so no {whom} is worth anything", "Set the share that is kept")
    if policy.portfolio.prospect_seat_share > _MOST_PROSPECTS:
        yield Fault(
            "portfolio.prospect_seat_share",
            f"keeps {policy.portfolio.prospect_seat_share:.0%} of 1:One seats for prospects",
            "Of others' 1:One accounts four in five are customers: keep a fifth",
        )
    if not policy.rates.keys() - {policy.currency}:
        yield Fault("rates", "name no other currency, so amounts in one stay unknown", "Say what each is worth")


def _checks(policy: Policy) -> Iterator[Fault]:
    for name in _SHARES:
        limit = getattr(policy.checks, name).limit
        if limit > _WHOLE:
            yield Fault(f"checks.{name}.limit", f"{limit:g} is above 1, so it can never fire", "Write 0.3 for 30%")
