"""Examples: the one carrier of rows, from whoever has them ready to the engine that learns them.

Inputs, targets, weights and masks of the same m rows travel together, so that no part is cut or
reordered without the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from axone.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Examples:
    """Rows ready for an engine.

    Attributes
    ----------
    X : array of shape (m, *input_shape)
        In the run's dtype (integers for tokens), C-contiguous; may be a memmap.
    target : array of m rows
        As `Loss.prepare` gives it.
    weight : array of shape (m,), optional
        What each row counts; all alike if left out.
    mask : array of bool, shape (m, length), optional
        Which positions of a signal or sequence are there; all if left out.
    """

    X: FloatArray
    target: NDArray[Any]
    weight: FloatArray | None = None
    mask: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.X)

    def rows(self, index: slice | IntArray) -> "Examples":
        """Return those rows, in that order: a slice, or an array of row numbers."""
        return Examples(
            self.X[index],
            self.target[index],
            None if self.weight is None else self.weight[index],
            None if self.mask is None else self.mask[index],
        )

    def chunks(self, rows: int) -> Iterator["Examples"]:
        """Go through all rows in order, so many at a time; the last chunk may have fewer."""
        for start in range(0, len(self), rows):
            yield self.rows(slice(start, start + rows))
