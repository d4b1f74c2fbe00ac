"""What a run leaves for its diagnosis: weights, history, what the engine measured, and its rows.

Nothing is computed of them before a diagnosis is asked for, and a pickle holds only some of them.
"""

from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.data.examples import Examples
from axone.engines import Recipe
from axone.metrics import predicted_labels
from axone.parameters import Parameters
from axone.training.diagnosis.findings import Finding
from axone.training.history import History

_MOST_ROWS = 1500
_MOST_NUMBERS = 2**22
"""Of the examples that are looked at: 16 MiB in float32."""


@dataclass(frozen=True)
class Evidence:
    """What a run leaves for its diagnosis.

    Attributes
    ----------
    recipe : Recipe
    engine : str
    begin, end, kept : Parameters
        The weights before the first step, after the last, and those that are the run's result.
    history : History
    stopped_by : str
    kept_epoch : int
        Whose weights those are.
    gradient_norms, dead_shares : array of shape (n_epochs, n_layers)
        What the engine measured at the last step of each epoch; of the last epochs, where a run
        went on from a file; without columns where it was not measured.
    train, held_out : Examples, or None for `held_out`
        All rows, not copied.
    divergence : Finding or None
        Why the run ended that diverged.
    """

    recipe: Recipe
    engine: str
    begin: Parameters
    end: Parameters
    kept: Parameters
    history: History
    stopped_by: str
    kept_epoch: int
    gradient_norms: FloatArray
    dead_shares: FloatArray
    train: Examples
    held_out: Examples | None
    divergence: Finding | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Take along so many rows as a diagnosis looks at: a pickle is no copy of a whole table."""
        held_out = None if self.held_out is None else some_rows(self.held_out)
        return {**vars(self), "train": some_rows(self.train), "held_out": held_out}


def some_rows(examples: Examples) -> Examples:
    """Return all rows, or so many drawn at random as are looked at, in their order."""
    size = max(1, int(np.prod(examples.X.shape[1:])))
    most = max(1, min(_MOST_ROWS, _MOST_NUMBERS // size))
    if len(examples) <= most:
        return examples
    drawn = np.random.default_rng(0).integers(0, len(examples), most)
    return examples.rows(np.unique(drawn))


def labels_of(target: FloatArray) -> IntArray:
    """Return class numbers, of numbers or of a share or a row of shares each."""
    target = np.asarray(target)
    if target.ndim == 1:
        return target.astype(np.int64) if target.dtype.kind in "iu" else (target > 0.5).astype(int)
    return predicted_labels(target)


class EpochRows:
    """What was measured of each layer, a row an epoch, in one growing row of numbers.

    The tables that it is given may go: of a run of a million laps they would be a million.

    Examples
    --------
    >>> import numpy as np
    >>> rows = EpochRows()
    >>> rows.add(np.array([[1.0, 2.0]]))
    >>> rows.add(np.array([[3.0, 4.0], [5.0, 6.0]]))
    >>> rows.table().tolist()
    [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    """

    def __init__(self) -> None:
        self._numbers = array("d")
        self._layers = 0

    def add(self, table: FloatArray) -> None:
        """Add epochs, (n_epochs, n_layers)."""
        self._layers = table.shape[1]
        self._numbers.frombytes(np.ascontiguousarray(table, dtype=np.float64).tobytes())

    def table(self) -> FloatArray:
        """Return all of them, (n_epochs, n_layers); (0, 0) where nothing is measured."""
        # A copy at once: a view of the numbers would keep them from growing meanwhile.
        numbers = np.frombuffer(bytearray(self._numbers), dtype=np.float64)
        return numbers.reshape(-1, self._layers) if self._layers else np.empty((0, 0))
