"""Requests made up from the specification: whatever comes, the sandbox answers in its shape and never breaks."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from abm_sandbox.credentials import HUBSPOT_TOKEN

pytestmark = pytest.mark.outside


@pytest.mark.parametrize("file", ["companies-v3.json", "properties-v3.json", "associations-v4.json"])
def test_any_request_of_the_specification_gets_an_answer_of_it(
    file, shared_specs, hubspot_url, recorder, specification
):
    schema = schemathesis.openapi.from_path(shared_specs / file)
    for operation in schema.get_all_operations():
        _try_out(operation.ok(), hubspot_url, recorder, specification)


def _try_out(operation, hubspot_url, recorder, specification):
    wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

    @given(case=operation.as_strategy() | wrong)
    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def answers_in_shape(case):
        case.call(base_url=hubspot_url, headers={"Authorization": f"Bearer {HUBSPOT_TOKEN}"})
        assert recorder.exchanges[-1].status < 500
        assert specification.faults(recorder.exchanges[-1]) == []

    answers_in_shape()
