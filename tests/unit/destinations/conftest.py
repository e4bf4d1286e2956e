"""What the tests of destinations against their sandboxes share."""

import pytest
import stamina
from tests.sandboxes import clock, server, store

from abm.http import ATTEMPTS

__all__ = ["clock", "server", "store"]


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield
