"""What a loss is, and what every loss shares: targets made ready, weights of rows, means of cells.

A new one is a frozen dataclass with `rows` and `row_gradients` and a row in the table of the
package.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.checks import as_array, check_number
from axone.errors import DataError, ShapeError
from axone.messages import _, at
from axone.traced import Index, Working, mean_of

TINY = 1e-12
"""The smallest probability whose logarithm is taken when a loss meets a foreign activation."""

Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Loss(ABC):
    """The cost of predictions ŷ against targets y; both have shape (m, …outputs).

    Parameters
    ----------
    scale : float, default 1
        What training minimises, and reports, is this many times the loss: ½ makes mse the ½(ŷ − y)²
        of many textbooks, the number of outputs makes a mean over them a sum.

    Attributes
    ----------
    task : str
        Whether targets are classes or numbers.
    """

    task: ClassVar[Task] = "regression"
    scale: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        check_number("scale", self.scale, above=0)

    @abstractmethod
    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        """Return the loss of every example, (m,): the mean over its outputs, not yet scaled."""

    @abstractmethod
    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        """Return the gradient of every example's own loss, not yet scaled, by its prediction."""

    def prepare(self, y: FloatArray, output_shape: Shape, dtype: str) -> FloatArray:
        """Give targets the shape and type that the other methods expect.

        Raises
        ------
        ShapeError
            The targets do not fit the network's outputs.
        DataError
            They are not numbers, or not those that the loss compares.
        """
        y = as_numbers(y)
        if y.shape[1:] == output_shape:
            return np.ascontiguousarray(y, dtype=dtype)
        if y[0:1].size == math.prod(output_shape) and y.ndim <= 2:
            return np.ascontiguousarray(y, dtype=dtype).reshape(len(y), *output_shape)
        raise ShapeError(
            _(
                "Targets have shape {shape} an example, the network's output has {output_shape}: "
                "give the last layer {units} units.",
                shape=y.shape[1:] or "()",
                output_shape=output_shape,
                units=math.prod(y.shape[1:]),
            )
        )

    @property
    def equation(self) -> str:
        """How the loss of a row is written, for readers."""
        return f"ℓ = {type(self).__name__}(ŷ, y)"

    @property
    def slope_equation(self) -> str:
        """How its gradient by the prediction is written."""
        return "∂ℓ/∂ŷ"

    def working(self, prediction: FloatArray, target: FloatArray, row: int) -> Working:
        """Write how the loss of a row comes about, not yet scaled; its number unless it says how.

        The mean over the outputs of what `cell_working` says of each.
        """
        p, y = prediction[row].reshape(1, -1), np.reshape(target[row], (1, -1))
        terms: list[Working] = [()]
        if p.shape == y.shape:  # a class number is compared with no output by itself
            pairs = zip(p[0].tolist(), y[0].tolist(), strict=True)
            terms = [self.cell_working(cell, wanted) for cell, wanted in pairs]
        if not all(terms):
            return (float(self.rows(prediction[row : row + 1], target[row : row + 1])[0]),)

        def total_from(place: int) -> float:
            return float(self.rows(p[:, place:], y[:, place:])[0]) * (p.size - place)

        return mean_of(terms, total_from)

    def cell_working(self, prediction: float, target: float) -> Working:
        """Write what one output costs; () where nobody says."""
        del prediction, target
        return ()

    def slope_working(self, prediction: FloatArray, target: FloatArray, index: Index) -> Working:
        """Write how one cell of the gradient comes about; its number unless it says how."""
        row = slice(index[0], index[0] + 1)
        slopes = self.row_gradients(prediction[row], target[row])
        return (float(slopes[(0, *index[1:])]),)

    @property
    def answers(self) -> slice:
        """Which of the outputs in a row are what is predicted, by which R² judges: all of them."""
        return slice(None)

    def hits(
        self, prediction: FloatArray, target: FloatArray, weight: FloatArray | None = None
    ) -> FloatArray:
        """Return what the running score of an epoch adds up, each row by its weight.

        For classes the number of right answers; for numbers the sum of squared errors of each
        output, from which R² follows.
        """
        error = (prediction - target).reshape(len(target), -1)
        if weight is not None:
            return np.einsum("i,ij,ij->j", weight, error, error, dtype=np.float64)
        return np.einsum("ij,ij->j", error, error, dtype=np.float64)


def prepare_weights(weights: Any, rows: int, dtype: str, where: str = "") -> FloatArray:
    """Return the weights of `rows` rows, checked, as an array of that type.

    Parameters
    ----------
    weights : array-like of shape (rows,)
    rows : int
    dtype : {"float32", "float64"}
    where : str
        What the rows are, for messages; empty where the caller knows.

    Raises
    ------
    DataError
        Not one finite number of at least 0 a row, all of them 0, or a sum beyond the type.
    """
    weights = as_array(weights, at(where, _("The weights")))
    numbers = weights.dtype.kind in "biuf"
    if not numbers or weights.shape != (rows,) or not (np.isfinite(weights) & (weights >= 0)).all():
        fault = _("weights must be {rows} finite numbers of at least 0, one a row.", rows=rows)
    elif not weights.any():
        fault = _("the weights of all rows are 0: give at least one row a weight.")
    else:
        with np.errstate(over="ignore", under="ignore"):
            prepared = np.ascontiguousarray(weights, dtype=dtype)
            total = float(prepared.sum())
        if 0 < total < np.inf:
            return prepared
        fault = _(
            "the weights add up to {total} in {dtype}, which means nothing: give weights near 1.",
            total=total,
            dtype=dtype,
        )
    raise DataError(at(where, fault))


def as_numbers(y: Any) -> FloatArray:
    """Return targets as an array of numbers, or say that they are none."""
    y = np.atleast_1d(as_array(y, "y"))
    if y.dtype.kind not in "biuf":
        raise DataError(
            _(
                "Targets must be numbers, not {dtype}: number the classes 0, 1, 2, …, or "
                "convert the column.",
                dtype=y.dtype,
            )
        )
    return y


def per_row(cells: FloatArray) -> FloatArray:
    """Average over the outputs of each example."""
    return cells.reshape(len(cells), -1).mean(axis=1)


def outputs(prediction: FloatArray) -> int:
    """Return how many numbers are predicted for an example."""
    return max(1, prediction[0:1].size)
