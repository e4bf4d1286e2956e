"""What the contract tests of the platforms share."""

from tests.sandboxes import clock, server, store

__all__ = ["clock", "server", "store"]
