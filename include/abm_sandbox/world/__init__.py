"""The world generator: a seed and a number of accounts give two filled CRMs."""

from abm_sandbox.world.generate import World, generate

__all__ = ["World", "generate"]
