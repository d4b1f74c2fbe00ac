"""The first step of models of signals and sequences: numbers along time, whatever their length.

Rows shorter than those of training end in positions that are not there, gaps between numbers are
filled; both are told by NaN, as `axone.data.positions` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, DType
from axone.checks import as_array
from axone.data.frames import as_frame, is_frame
from axone.data.numbers import from_columns, numeric, reshaped
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.positions import filled, joined, lengthened, there
from axone.data.steps import ExampleLayout, Step
from axone.errors import DataError, ShapeError
from axone.messages import _


@dataclass(frozen=True)
class Signals(Step, PlainData):
    """Examples along time.

    Parameters
    ----------
    shape : tuple of int
        Of one example: ``(channels, length)`` of signals, ``(length, features)`` of sequences.
    names : tuple of str
        Of the channels, or of the features at each position; possibly none.
    kind : {"signals", "sequences"}
    """

    shape: tuple[int, int]
    names: tuple[str, ...] = ()
    kind: Literal["signals", "sequences"] = "signals"

    @classmethod
    def fit(
        cls,
        X: Any,
        names: tuple[str, ...] = (),
        kind: Literal["signals", "sequences"] = "signals",
    ) -> "Signals":
        """Take the shape of the training rows."""
        array = rows_along_time(X, kind)
        if array.ndim != 3:
            raise ShapeError(
                _(
                    "Signals are (m, channels, length) and sequences (m, length, features); found "
                    "an array of shape {shape}.",
                    shape=array.shape,
                )
            )
        first, second = array.shape[1:]
        return cls((first, second), names, kind)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        if before is not None or min(self.shape) < 1:
            raise ShapeError(
                _("examples of shape {shape} after {before}", shape=self.shape, before=before)
            )
        return ExampleLayout(self.shape, positions=-1 if self.kind == "signals" else 0)

    def transform(self, X: Any, dtype: DType = "float32") -> NDArray[Any]:
        """Return examples of that shape, their numbers as they are and zeros where none is.

        Parameters
        ----------
        X : ndarray, sequence of arrays of unlike lengths, or pandas or polars frame
            NaN where there is no number. An array may be flattened, `(m, 150)` for `(m, 1, 150)`,
            and a table have a column for each number.
        dtype : {"float32", "float64"}
            Without effect: the steps after this one, or the last of all, round.

        Raises
        ------
        DataError
            A row or one of its channels without any number, infinite cells.
        ShapeError
            Other channels than in training, or more positions.
        """
        return filled(self._arranged(X), self.kind, "X")

    def mask(self, X: Any) -> BoolArray | None:
        return there(self._arranged(X), self.kind)

    def _arranged(self, X: Any) -> NDArray[Any]:
        """Return rows in the shape of training, NaN behind their ends."""
        array: NDArray[Any] = (
            from_columns(as_frame(X), self.shape, self.names)
            if is_frame(X)
            else rows_along_time(X, self.kind)
        )
        axis = 1 if self.kind == "signals" else 0
        if (
            array.ndim == 3
            and array.shape[2 - axis] == self.shape[1 - axis]
            and array.shape[1 + axis] < self.shape[axis]
        ):
            return lengthened(array, self.shape[axis], self.kind)
        return reshaped(array, self.shape)

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "Signals":
        return read_data(cls, data, _("step {name!r}", name="signals"))


def rows_along_time(X: Any, kind: Literal["signals", "sequences"]) -> NDArray[Any]:
    """Return rows as one array of numbers, NaN where there is none; of unlike lengths too.

    Raises
    ------
    DataError
        Something else than numbers.
    """
    if _of_unlike_lengths(X):
        return joined(list(X), kind, "X")
    array = as_array(X, "X")
    if array.dtype.kind != "f" or array.ndim == 0:
        return numeric(array)
    return array


def _of_unlike_lengths(X: Any) -> bool:
    if not isinstance(X, list | tuple) and not (isinstance(X, np.ndarray) and X.dtype == object):
        return False
    if not isinstance(X, Sequence | np.ndarray) or not len(X):
        return False
    try:
        shapes = {np.shape(row) for row in X}
    except ValueError as error:
        raise DataError(_("X: a row is no array of numbers: {error}", error=error)) from error
    return len(shapes) > 1
