"""The world generator: a seed and a number of accounts give two filled CRMs."""

from abm_sandbox.world.changes import Changes, generate_changes
from abm_sandbox.world.generate import World, generate

__all__ = ["Changes", "World", "generate", "generate_changes"]
