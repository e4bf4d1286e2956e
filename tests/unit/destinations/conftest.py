"""What the tests of destinations against their sandboxes share."""

from tests.sandboxes import clock, server, store

__all__ = ["clock", "server", "store"]
