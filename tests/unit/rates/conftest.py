"""Tests of rates keep the pauses that others pass over: their clock is moved by hand."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def pauses() -> None:
    """Leave the limiter as it is."""
