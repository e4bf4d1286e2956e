"""The default policy with a text of one's own laid over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from abm.policy.load import DEFAULT_POLICY
from abm.policy.overlay import overlay
from abm.policy.schema import Policy


@pytest.fixture(scope="session")
def policy_with() -> Callable[[str], Policy]:
    defaults = yaml.safe_load(Path(DEFAULT_POLICY).read_text(encoding="utf-8"))
    return lambda text: Policy.model_validate(overlay(defaults, yaml.safe_load(text)))
