"""Named streams of random numbers, so that one more kind of data leaves all others as they were."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Streams:
    """Child generators of one seed; the same name always gives the same numbers."""

    seed: int

    def named(self, *name: str | int) -> np.random.Generator:
        digest = hashlib.blake2b("/".join(map(str, name)).encode(), digest_size=8).digest()
        return np.random.Generator(np.random.PCG64([self.seed, int.from_bytes(digest)]))
