"""Random numbers drawn by the compiled module, for initial weights: a large network has millions.

The bits are those of `RandomStream`, and so are uniform numbers; normal ones differ from NumPy's by
the roundings of logarithm and cosine, some 1e-15.
"""

import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.random import RandomStream


@dataclass(frozen=True, slots=True)
class CompiledStream(RandomStream):
    """A stream whose numbers the compiled module draws.

    Parameters
    ----------
    key : int
    module : module
        The compiled one.
    """

    module: ModuleType

    @classmethod
    def of(cls, seed: int, module: ModuleType) -> "CompiledStream":
        """Start from a user's seed, any non-negative integer."""
        return cls(RandomStream.from_seed(seed).key, module)

    def child(self, *words: int) -> "CompiledStream":
        """Derive an independent stream, as `RandomStream.child` does."""
        return CompiledStream(RandomStream.child(self, *words).key, self.module)

    def uniform(self, shape: Shape) -> FloatArray:
        """Draw float64 numbers, uniform over [0, 1)."""
        numbers = np.empty(math.prod(shape))
        self.module.uniform(self.key, numbers)
        return numbers.reshape(shape)

    def normal(self, shape: Shape) -> FloatArray:
        """Draw float64 numbers of mean 0 and variance 1 (Box & Muller 1958)."""
        numbers = np.empty(math.prod(shape))
        self.module.normal(self.key, numbers)
        return numbers.reshape(shape)
