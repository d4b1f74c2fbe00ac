"""The first step of models of text and of other sequences of symbols: whole numbers as they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, DType
from axone.data.numbers import numeric, reshaped
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.steps import ExampleLayout, Step
from axone.errors import DataError, ShapeError
from axone.messages import _

PADDING = -1
"""What stands in a dataset where no token is, behind the end of a shorter row."""


@dataclass(frozen=True)
class Tokens(Step, PlainData):
    """Sequences of token numbers, which nobody standardises or casts to floating point.

    Parameters
    ----------
    length : int
        Tokens of one example.
    vocabulary : int
        How many tokens there are: 0 … vocabulary − 1.
    padding : int, optional
        A number below 0 that stands where no token is, behind the end of a shorter row; no row is
        shorter if left out.
    """

    length: int
    vocabulary: int
    padding: int | None = None

    @classmethod
    def fit(cls, X: Any, padding: int | None = None) -> "Tokens":
        """Count the tokens of the training rows, from 0 to the greatest."""
        array = numeric(X)
        if array.ndim != 2 or not array.size:
            raise ShapeError(
                _("Tokens are (m, length); found an array of shape {shape}.", shape=array.shape)
            )
        return cls(array.shape[1], int(array.max()) + 1, padding)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        padded = self.padding is not None
        if (
            before is not None
            or min(self.length, self.vocabulary) < 1
            or (padded and self.padding >= 0)  # type: ignore[operator]  # a number, as was seen
        ):
            raise ShapeError(
                _(
                    "{length} tokens of {vocabulary} after {before}",
                    length=self.length,
                    vocabulary=self.vocabulary,
                    before=before,
                )
            )
        return ExampleLayout((self.length,), tokens=True, positions=0)

    def transform(self, X: Any, dtype: DType = "float32") -> NDArray[np.int64]:
        """Return int64 `(m, length)`; `dtype` is that of networks' numbers, not of tokens.

        Where no token is, 0 stands.

        Raises
        ------
        DataError
            A number that is not whole, or is no token.
        """
        array = self._arranged(X)
        if self.padding is not None:
            array = np.where(array == self.padding, 0, array)
        numbers = array.astype(np.int64)
        wrong = (numbers != array) | (numbers < 0) | (numbers >= self.vocabulary)
        if wrong.any():
            raise DataError(
                _(
                    "Tokens are whole numbers from 0 to {most}; found {found} in row {row}.",
                    most=self.vocabulary - 1,
                    found=array[wrong][0].item(),
                    row=int(np.argwhere(wrong)[0][0]),
                )
            )
        return numbers

    def mask(self, X: Any) -> BoolArray | None:
        if self.padding is None:
            return None
        mask: BoolArray = self._arranged(X) != self.padding
        return None if mask.all() else mask

    def _arranged(self, X: Any) -> NDArray[Any]:
        """Return rows of the length of training, shorter ones padded where they may be."""
        array = numeric(X)
        if self.padding is not None and array.ndim == 2 and array.shape[1] < self.length:
            missing = ((0, 0), (0, self.length - array.shape[1]))
            array = np.pad(array, missing, constant_values=self.padding)
        return reshaped(array, (self.length,))

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "Tokens":
        # Files of before rows could be shorter say nothing of it.
        given = {"padding": None, **data} if isinstance(data, Mapping) else data
        return read_data(cls, given, _("step {name!r}", name="tokens"))
