"""Losses of numbers: squared, absolute, Huber's between the two, and the deviance of counts."""

from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.checks import check_number
from axone.errors import DataError
from axone.losses.loss import TINY, Loss, outputs, per_row
from axone.messages import _


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """Mean of (ŷ − y)² over the outputs; gradient 2(ŷ − y)/n."""

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return per_row((prediction - target) ** 2)

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return (prediction - target) * (2 / outputs(prediction))


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    """Mean of |ŷ − y| over the outputs; gradient sign(ŷ − y)/n, 0 at equality."""

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return per_row(np.abs(prediction - target))

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return np.sign(prediction - target) / outputs(prediction)


@dataclass(frozen=True)
class Huber(Loss):
    """½e² where |e| ≤ delta, else delta·(|e| − ½delta): outliers pull with bounded force.

    Huber 1964.

    Parameters
    ----------
    delta : float, default 1
        The error from which the loss grows linearly, in units of the target.
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("delta", self.delta, above=0)

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        error = np.abs(prediction - target)
        delta = error.dtype.type(self.delta)
        inside = np.minimum(error, delta)
        return per_row(0.5 * inside**2 + delta * (error - inside))

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        delta = prediction.dtype.type(self.delta)
        return np.clip(prediction - target, -delta, delta) / outputs(prediction)


@dataclass(frozen=True)
class Poisson(Loss):
    """y ln(y/ŷ) − y + ŷ, half the deviance of counts of mean ŷ (McCullagh & Nelder 1989, 2.3)."""

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        logarithms = np.log(np.maximum(prediction, TINY))
        return per_row(prediction - target * logarithms + poisson_least(target))

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return (1 - target / np.maximum(prediction, TINY)) / outputs(prediction)

    def prepare(self, y: FloatArray, output_shape: Shape, dtype: str) -> FloatArray:
        target = super().prepare(y, output_shape, dtype)
        if target.size and target.min() < 0:
            raise DataError(
                _(
                    "poisson needs targets of at least 0, such as counts; found {least:g}.",
                    least=target.min(),
                )
            )
        return target


def poisson_least(target: FloatArray) -> FloatArray:
    """Return y ln y − y, 0 at 0: the part of the loss that no prediction changes."""
    return np.asarray(target * np.log(np.where(target > 0, target, 1)) - target)
