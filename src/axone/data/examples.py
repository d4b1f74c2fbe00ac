"""Rows as a network learns them or is measured by: the one carrier from the reader to the engines.

Whatever holds the arrays, a memory map of a file larger than memory too, is read a chunk at a time
where a chunk will do; `axone.data.stored` makes such files of rows that come in chunks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from axone.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Examples:
    """Rows with their targets.

    Parameters
    ----------
    X : array of shape (m, *input_shape)
        In the run's precision, or integers for a network that reads tokens. It may be a memory map:
        nobody copies it whole.
    target : array of m rows
        As `Loss.prepare` gives it: class numbers, or numbers to predict.
    weight : array of shape (m,), optional
        How much each row counts; all alike if left out.
    mask : array of bool, shape (m, length), optional
        Which positions of a signal or sequence are there; all if left out.

    Examples
    --------
    >>> import numpy as np
    >>> examples = Examples(np.eye(3), np.array([0, 1, 2]))
    >>> len(examples), examples.rows(slice(1, 3)).target.tolist()
    (3, [1, 2])
    """

    X: FloatArray
    target: NDArray[Any]
    weight: FloatArray | None = None
    mask: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.X)

    def rows(self, index: Any) -> "Examples":
        """Return some of the rows: those of a slice or of an array of row numbers."""
        return Examples(
            self.X[index],
            self.target[index],
            None if self.weight is None else self.weight[index],
            None if self.mask is None else self.mask[index],
        )

    def chunks(self, rows: int) -> Iterator["Examples"]:
        """Go through all rows in their order, at most `rows` at a time."""
        if len(self) <= rows:
            yield self
            return
        for start in range(0, len(self), rows):
            yield self.rows(slice(start, start + rows))

    @property
    def total_weight(self) -> float:
        """Σ of the rows' weights: their number where all count alike."""
        return float(len(self) if self.weight is None else self.weight.sum())
