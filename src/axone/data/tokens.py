"""The first step of models of text and of other sequences of symbols: whole numbers as they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import DType
from axone.data.numbers import numeric, reshaped
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.steps import ExampleLayout, Step
from axone.errors import DataError, ShapeError
from axone.messages import _


@dataclass(frozen=True)
class Tokens(Step, PlainData):
    """Sequences of token numbers, which nobody standardises or casts to floating point.

    Parameters
    ----------
    length : int
        Tokens of one example.
    vocabulary : int
        How many tokens there are: 0 … vocabulary − 1.
    """

    length: int
    vocabulary: int

    @classmethod
    def fit(cls, X: Any) -> "Tokens":
        """Count the tokens of the training rows, from 0 to the greatest."""
        array = numeric(X)
        if array.ndim != 2 or not array.size:
            raise ShapeError(
                _("Tokens are (m, length); found an array of shape {shape}.", shape=array.shape)
            )
        return cls(array.shape[1], int(array.max()) + 1)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        if before is not None or min(self.length, self.vocabulary) < 1:
            raise ShapeError(
                _(
                    "{length} tokens of {vocabulary} after {before}",
                    length=self.length,
                    vocabulary=self.vocabulary,
                    before=before,
                )
            )
        return ExampleLayout((self.length,), tokens=True)

    def transform(self, X: Any, dtype: DType = "float32") -> NDArray[np.int64]:
        """Return int64 `(m, length)`; `dtype` is that of networks' numbers, not of tokens.

        Raises
        ------
        DataError
            A number that is not whole, or is no token.
        """
        array = reshaped(numeric(X), (self.length,))
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

    def to_data(self) -> Any:
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "Tokens":
        return read_data(cls, data, _("step {name!r}", name="tokens"))
