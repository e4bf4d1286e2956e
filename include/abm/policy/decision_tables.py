"""Teams, triggers, programmes, experiments and the pilot as rows of `ops.policy_*`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from abm.policy.seats import marketer_accounts, marketer_clusters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from abm.policy.decisions import SegmentRule
    from abm.policy.schema import Policy
    from abm.policy.scoring import ProfileRule

Row = dict[str, Any]


def marketers(policy: Policy) -> Iterator[Row]:
    """Yield each marketer of a style in use with what they carry."""
    capacity = policy.portfolio.capacity
    for name, style in policy.enabled_styles.items():
        for marketer in style.seats.marketers:
            yield {
                "style": name,
                "marketer": marketer.name,
                "seniority": marketer.seniority,
                "accounts": marketer_accounts(marketer, style.seats, capacity),
                "clusters": marketer_clusters(marketer, style.seats, capacity),
            }


def team_roles(policy: Policy) -> Iterator[Row]:
    """Yield the roles an account's team must have filled, in comparable text."""
    for name, style in policy.styles.items():
        roles = style.entitlements.team_roles if style.entitlements else None
        for role in sorted({comparable(role) for role in roles or ()}):
            yield {"style": name, "team_role": role}


def mqa_thresholds(policy: Policy) -> Iterator[Row]:
    for style, thresholds in policy.mqa.thresholds.items():
        for threshold in thresholds:
            yield {"style": style, **threshold.model_dump()}


def triggers(policy: Policy) -> Iterator[Row]:
    """Yield the triggers in their order: the first is the most urgent."""
    for priority, trigger in enumerate(policy.mqa.triggers, start=1):
        yield {
            "trigger_name": trigger.name,
            "label": trigger.label,
            "priority": priority,
            "activity_type": trigger.activity,
            "activities": trigger.activities,
            "people": trigger.people,
            "window_days": trigger.window_days,
        }


def programmes(policy: Policy) -> Iterator[Row]:
    for priority, programme in enumerate(policy.programmes, start=1):
        yield {
            "programme": programme.name,
            "label": programme.label,
            "priority": priority,
            "starts_on": programme.starts_on,
            "ends_on": programme.ends_on,
            "seats": programme.seats,
        }


def programme_rules(policy: Policy) -> Iterator[Row]:
    for programme in policy.programmes:
        for rule in programme.rules:
            for match in matches(rule):
                yield {"programme": programme.name, "attribute": rule.attribute, **match}


def experiments(policy: Policy) -> Iterator[Row]:
    """Yield the tests; one with steps is stepped by cluster, any other holds accounts out."""
    for experiment in policy.experiments:
        yield {
            "experiment": experiment.name,
            "design": "stepped" if experiment.step_days is not None else "holdout",
            **experiment.model_dump(exclude={"name"}),
        }


def pilot_domains(policy: Policy) -> Iterator[Row]:
    for domain in policy.pilot.domains:
        yield {"domain": domain}


def matches(rule: ProfileRule | SegmentRule) -> Iterator[Row]:
    """Yield one row a text value, or one number range; texts in lower case, underscores as spaces."""
    if rule.values is None:
        yield {"value_text": None, "value_from": rule.from_, "value_below": rule.below}
    for text in sorted({comparable(value) for value in rule.values or ()}):
        yield {"value_text": text, "value_from": None, "value_below": None}


def comparable(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split())


DECISION_TABLES: dict[str, Callable[[Policy], Iterator[Row]]] = {
    "policy_marketers": marketers,
    "policy_team_roles": team_roles,
    "policy_mqa_thresholds": mqa_thresholds,
    "policy_triggers": triggers,
    "policy_programmes": programmes,
    "policy_programme_rules": programme_rules,
    "policy_experiments": experiments,
    "policy_pilot_domains": pilot_domains,
}
