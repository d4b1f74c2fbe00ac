"""Losses of classes: cross-entropy of yes/no labels, and of one class out of several."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.errors import DataError, ShapeError
from axone.losses.loss import TINY, Loss, Task, as_numbers, outputs, per_row
from axone.messages import _
from axone.traced import Index, Working, joined


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """−y ln ŷ − (1 − y) ln(1 − ŷ), the mean over the outputs; each output is a label."""

    task: ClassVar[Task] = "classification"

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        yes = np.log(np.maximum(prediction, TINY))
        no = np.log(np.maximum(1 - prediction, TINY))
        return per_row(-target * yes - (1 - target) * no)

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        spread = np.maximum(prediction * (1 - prediction), TINY)
        return (prediction - target) / spread / outputs(prediction)

    @property
    def equation(self) -> str:
        return _("ℓ = −y·ln ŷ − (1 − y)·ln(1 − ŷ), the mean over the outputs")

    @property
    def slope_equation(self) -> str:
        return "∂ℓ/∂ŷ = (ŷ − y)/(ŷ(1 − ŷ))/n"

    def cell_working(self, prediction: float, target: float) -> Working:
        yes, no = prediction > TINY or target == 0, 1 - prediction > TINY or target == 1
        if not (yes and no):
            return ()  # the logarithm of 0: the loss is computed another way
        of_yes, of_no = ("ln(", prediction, ")"), ("ln(1 − ", prediction, ")")
        if target in (0, 1):
            return ("−", *(of_yes if target else of_no))
        return ("−(", target, "·", *of_yes, " + (1 − ", target, ")·", *of_no, ")")

    def slope_working(self, prediction: FloatArray, target: FloatArray, index: Index) -> Working:
        p, n = float(prediction[index]), outputs(prediction)
        if p * (1 - p) <= TINY:
            return super().slope_working(prediction, target, index)
        slope = ("(", p, " − ", float(target[index]), ")/(", p, "·(1 − ", p, "))")
        return (*slope, "/", float(n)) if n > 1 else slope

    def prepare(self, y: FloatArray, output_shape: Shape, dtype: str) -> FloatArray:
        target = super().prepare(y, output_shape, dtype)
        if target.size and (target.min() < 0 or target.max() > 1):
            raise DataError(
                _(
                    "binary_cross_entropy needs targets between 0 and 1; found {least:g} to "
                    "{largest:g}. Several classes need softmax outputs and "
                    "categorical_cross_entropy.",
                    least=target.min(),
                    largest=target.max(),
                )
            )
        return target

    def hits(
        self, prediction: FloatArray, target: FloatArray, weight: FloatArray | None = None
    ) -> FloatArray:
        right = per_row((prediction > 0.5) == (target > 0.5))
        return np.asarray([total(right, weight)])


@dataclass(frozen=True)
class CategoricalCrossEntropy(Loss):
    """−Σ yᵢ ln ŷᵢ; targets are class numbers, or rows of probabilities (one-hot)."""

    task: ClassVar[Task] = "classification"

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        logarithms = np.log(np.maximum(prediction, TINY))
        return -pick(logarithms, target)

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        bounded = np.maximum(prediction, TINY)
        if target.ndim == prediction.ndim:
            return -target / bounded
        gradient = np.zeros_like(prediction)
        index = np.arange(len(target))
        gradient[index, target] = -1 / bounded[index, target]
        return gradient

    @property
    def equation(self) -> str:
        return "ℓ = −Σₖ yₖ·ln ŷₖ"

    @property
    def slope_equation(self) -> str:
        return "∂ℓ/∂ŷₖ = −yₖ/ŷₖ"

    def working(self, prediction: FloatArray, target: FloatArray, row: int) -> Working:
        wanted = wanted_shares(target, prediction)[row]
        terms: list[Working] = []
        for place in np.flatnonzero(wanted):
            p, share = float(prediction[row, place]), float(wanted[place])
            if p <= TINY:
                return ()  # the logarithm of 0: the loss is computed another way
            terms.append(("ln(", p, ")") if share == 1 else (share, "·ln(", p, ")"))
        if not terms:
            return ()  # a row of zeros wants no class
        return ("−", *terms[0]) if len(terms) == 1 else ("−(", *joined(*terms), ")")

    def slope_working(self, prediction: FloatArray, target: FloatArray, index: Index) -> Working:
        share = float(wanted_shares(target, prediction)[index])
        if share == 0 or prediction[index] <= TINY:
            return super().slope_working(prediction, target, index)
        return (-share, "/", float(prediction[index]))

    def prepare(self, y: FloatArray, output_shape: Shape, dtype: str) -> FloatArray:
        y = as_numbers(y)
        classes = output_shape[0] if len(output_shape) == 1 else 0
        if y.ndim == 2 and y.shape[1] == classes and classes > 1:
            return np.ascontiguousarray(y, dtype=dtype)
        if classes == 0 or (y.ndim == 2 and y.shape[1] != 1) or y.ndim > 2:
            raise ShapeError(
                _(
                    "categorical_cross_entropy needs one class number a row, or one column a "
                    "class: targets have shape {shape}, the network's output {output_shape}.",
                    shape=y.shape,
                    output_shape=output_shape,
                )
            )
        labels = y.reshape(len(y))
        with np.errstate(invalid="ignore"):  # NaN becomes some number, and is refused below
            numbers = labels.astype(np.intp)
        are_whole = labels.dtype.kind in "iub" or bool((numbers == labels).all())
        if not are_whole or (labels.size and (numbers.min() < 0 or numbers.max() >= classes)):
            raise DataError(
                _(
                    "Class numbers must be whole and lie in 0 … {last}, the network's outputs; "
                    "found {least} to {largest}.",
                    last=classes - 1,
                    least=labels.min(),
                    largest=labels.max(),
                )
            )
        return numbers

    def hits(
        self, prediction: FloatArray, target: FloatArray, weight: FloatArray | None = None
    ) -> FloatArray:
        labels = target.argmax(axis=1) if target.ndim == prediction.ndim else target
        return np.asarray([total(prediction.argmax(axis=1) == labels, weight)])


def wanted_shares(target: FloatArray, prediction: FloatArray) -> FloatArray:
    """Return targets as rows of probabilities, class numbers as one-hot ones."""
    if target.ndim == prediction.ndim:
        return target
    return np.eye(prediction.shape[1], dtype=prediction.dtype)[target]


def total(values: FloatArray, weight: FloatArray | None) -> float:
    """Return Σ of the rows' values times their weights, in float64."""
    if weight is None:
        return float(values.sum(dtype=np.float64))
    return float(np.dot(values.astype(np.float64), weight))


def pick(cells: FloatArray, target: FloatArray) -> FloatArray:
    """Return Σᵢ yᵢ·cellsᵢ of every row, for class numbers or one-hot rows."""
    if target.ndim == cells.ndim:
        return np.asarray((target * cells).sum(axis=1))
    return np.asarray(cells[np.arange(len(target)), target])
