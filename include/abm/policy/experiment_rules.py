"""What must hold of experiments: a test that cannot be read is refused before it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from abm.policy.decisions import Experiment
    from abm.policy.schema import Policy


def broken_experiments(policy: Policy) -> Iterator[Fault]:
    """Yield every rule that the policy's experiments break."""
    seen: set[tuple[str, str]] = set()
    for index, experiment in enumerate(policy.experiments):
        path = f"experiments[{index}]"
        if (experiment.name, experiment.style) in seen:
            yield Fault(f"{path}.name", f"'{experiment.name}' stands twice in this style", "Give each its own name")
        seen.add((experiment.name, experiment.style))
        style = policy.styles.get(experiment.style)
        if style is None or not style.enabled:
            yield Fault(f"{path}.style", f"{experiment.style} is switched off", "Test in a style that is in use")
        yield from _design(path, experiment)
        yield from _rates(path, experiment)
        if experiment.ends_on is not None and experiment.ends_on < experiment.starts_on:
            yield Fault(f"{path}.ends_on", f"{experiment.ends_on} is before starts_on", "Swap them")


def _design(path: str, experiment: Experiment) -> Iterator[Fault]:
    if experiment.style == "one_to_one":
        yield Fault(
            f"{path}.style",
            "is one_to_one, where nobody is held out: the people of one account cannot be started over",
            "Test one thing after the other there, and mind contact_pressure",
        )
    elif experiment.style == "one_to_few":
        yield from _stepped(path, experiment)
    else:
        yield from _holdout(path, experiment)


def _stepped(path: str, experiment: Experiment) -> Iterator[Fault]:
    if experiment.holdout_share is not None:
        yield Fault(
            f"{path}.holdout_share", "is set, but 1:Few is tested step by step, cluster by cluster", "Set it to null"
        )
    for key in ("step_days", "clusters_per_step"):
        if getattr(experiment, key) is None:
            yield Fault(f"{path}.{key}", "is missing", "Say it; 1:Few is tested step by step, cluster by cluster")


def _holdout(path: str, experiment: Experiment) -> Iterator[Fault]:
    if experiment.holdout_share is None:
        yield Fault(f"{path}.holdout_share", "is missing", "Say which share of the accounts is held out")
    elif not 0 < experiment.holdout_share < 1:
        yield Fault(
            f"{path}.holdout_share", f"{experiment.holdout_share:g} leaves one arm empty", "Set it between 0 and 1"
        )
    for key in ("step_days", "clusters_per_step"):
        if getattr(experiment, key) is not None:
            yield Fault(f"{path}.{key}", f"is set, but {experiment.style} has no clusters", "Set it to null")


def _rates(path: str, experiment: Experiment) -> Iterator[Fault]:
    treated = experiment.baseline_rate * (1 + experiment.detectable_lift)
    if experiment.baseline_rate == 0:
        yield Fault(f"{path}.baseline_rate", "is 0, of which no lift can be told", "Say how many respond anyway")
    elif treated > 1:
        yield Fault(
            f"{path}.detectable_lift", f"would have {treated:.0%} of the accounts respond", "Lower it, or baseline_rate"
        )
