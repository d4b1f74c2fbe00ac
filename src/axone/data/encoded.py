"""A table that was encoded, column beside column: its matrix is never made as a whole.

Statistics are taken of each column where it lies, and rows are scaled and rounded in pieces that
stay in a core's cache.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import Shape


@dataclass(frozen=True, eq=False)
class EncodedTable:
    """What the columns of a table became.

    Attributes
    ----------
    parts : sequence of ndarray, shape (m, k)
        For each column its inputs, float64 or truths.
    """

    parts: Sequence[NDArray[Any]]

    @property
    def shape(self) -> Shape:
        """Of the matrix, (m, n)."""
        return len(self.parts[0]), sum(part.shape[1] for part in self.parts)

    @property
    def stops(self) -> NDArray[np.int64]:
        """Where the inputs of each column end, (n_parts,)."""
        return np.cumsum([part.shape[1] for part in self.parts])

    def __len__(self) -> int:
        return len(self.parts[0])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the matrix, (m, n)."""
        del copy  # there is none to be had without
        matrix = np.empty(self.shape, dtype or np.float64)
        for part, stop in zip(self.parts, self.stops, strict=True):
            matrix[:, stop - part.shape[1] : stop] = part
        return matrix
