"""Losses of numbers: squared, absolute, Huber's between the two, quantiles, deviance of counts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.checks import check_number, items_of
from axone.errors import ConfigurationError, DataError
from axone.losses.loss import TINY, Loss, as_numbers, outputs, per_row
from axone.messages import _
from axone.traced import Index, Working

_MOST_LEVELS = 1000


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """Mean of (ŷ − y)² over the outputs; gradient 2(ŷ − y)/n."""

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return per_row((prediction - target) ** 2)

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return (prediction - target) * (2 / outputs(prediction))

    @property
    def equation(self) -> str:
        return _("ℓ = mean of (ŷ − y)² over the outputs")

    @property
    def slope_equation(self) -> str:
        return "∂ℓ/∂ŷ = 2(ŷ − y)/n"

    def cell_working(self, prediction: float, target: float) -> Working:
        return ("(", prediction, " − ", target, ")²")

    def slope_working(self, prediction: FloatArray, target: FloatArray, index: Index) -> Working:
        error = (2.0, "·(", float(prediction[index]), " − ", float(target[index]), ")")
        return (*error, *_shared_by(prediction))


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    """Mean of |ŷ − y| over the outputs; gradient sign(ŷ − y)/n, 0 at equality."""

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return per_row(np.abs(prediction - target))

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return np.sign(prediction - target) / outputs(prediction)

    @property
    def equation(self) -> str:
        return _("ℓ = mean of |ŷ − y| over the outputs")

    @property
    def slope_equation(self) -> str:
        return "∂ℓ/∂ŷ = sign(ŷ − y)/n"

    def cell_working(self, prediction: float, target: float) -> Working:
        return ("|", prediction, " − ", target, "|")

    def slope_working(self, prediction: FloatArray, target: FloatArray, index: Index) -> Working:
        error = ("sign(", float(prediction[index]), " − ", float(target[index]), ")")
        return (*error, *_shared_by(prediction))


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

    @property
    def equation(self) -> str:
        return _("ℓ = mean of ½(ŷ − y)² within ±{delta:g}, linear beyond", delta=self.delta)

    @property
    def slope_equation(self) -> str:
        return _("∂ℓ/∂ŷ = (ŷ − y)/n, at most ±{delta:g}/n", delta=self.delta)

    def cell_working(self, prediction: float, target: float) -> Working:
        if abs(prediction - target) <= self.delta:
            return (0.5, "·(", prediction, " − ", target, ")²")
        half = (" − 0.5·", float(self.delta), ")")
        return (float(self.delta), "·(|", prediction, " − ", target, "|", *half)

    def slope_working(self, prediction: FloatArray, target: FloatArray, index: Index) -> Working:
        y_hat, y = float(prediction[index]), float(target[index])
        if abs(y_hat - y) <= self.delta:
            return ("(", y_hat, " − ", y, ")", *_shared_by(prediction))
        return (math.copysign(self.delta, y_hat - y), *_shared_by(prediction))


@dataclass(frozen=True)
class Quantile(Loss):
    """max(q(y − ŷ), (q − 1)(y − ŷ)): least where ŷ is the quantile of level q of what y may be.

    The mean over the outputs; gradient 1 − q above y, −q below, 0 at equality. Of level ½ it is
    half the absolute error, and ŷ the median. Koenker & Bassett 1978, "Regression quantiles",
    Econometrica 46, equation 3.1; also called the pinball loss.

    Parameters
    ----------
    levels : float or sequence of float, default (0.5,)
        Kept as a tuple; each above 0 and below 1. Of several, rising, a network has an output for
        each: those of the first number to predict stand before those of the second.
    """

    levels: float | Sequence[float] = (0.5,)

    def __post_init__(self) -> None:
        super().__post_init__()
        levels = items_of(self.levels, _MOST_LEVELS)
        for level in levels:
            check_number("levels", level, above=0, below=1)
        rising = tuple(float(level) for level in levels)
        if not 1 <= len(rising) <= _MOST_LEVELS or list(rising) != sorted(set(rising)):
            raise ConfigurationError(
                _(
                    "levels must be 1 to {most} numbers, each above the one before, not {found!r}.",
                    most=_MOST_LEVELS,
                    found=self.levels,
                )
            )
        object.__setattr__(self, "levels", rising)

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        error, level = target - prediction, self._level_of_cells(prediction)
        return per_row(np.maximum(level * error, (level - 1) * error))

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        level = self._level_of_cells(prediction)
        above = np.where(prediction > target, 1 - level, 0)
        slope = np.where(prediction < target, -level, above)
        return slope.astype(prediction.dtype) / outputs(prediction)

    @property
    def equation(self) -> str:
        return _("ℓ = mean of max(q(y − ŷ), (q − 1)(y − ŷ)) over the outputs")

    @property
    def slope_equation(self) -> str:
        return _("∂ℓ/∂ŷ = 1 − q above y, −q below, over n")

    def cell_working(self, prediction: float, target: float) -> Working:
        levels = items_of(self.levels, _MOST_LEVELS)
        if len(levels) > 1:
            return ()  # which of them it is, the cell does not say
        error = ("·(", target, " − ", prediction, ")")
        return ("max(", levels[0], *error, ", ", levels[0] - 1, *error, ")")

    def prepare(self, y: FloatArray, output_shape: Shape, dtype: str) -> FloatArray:
        """Give every level of a number its own copy of it."""
        count = len(self.levels)  # type: ignore[arg-type]  # a tuple, once checked
        y = as_numbers(y)
        if count > 1 and y[0:1].size * count == math.prod(output_shape):
            y = np.repeat(y.reshape(len(y), -1), count, axis=1)
        return super().prepare(y, output_shape, dtype)

    def _level_of_cells(self, prediction: FloatArray) -> FloatArray:
        return np.resize(np.asarray(self.levels, prediction.dtype), prediction.shape[1:])

    @property
    def answers(self) -> slice:
        """Of each number to predict, the quantile nearest to the median."""
        levels = items_of(self.levels, _MOST_LEVELS)
        return slice(nearest_to_the_median(levels), None, len(levels))


def several_levels(loss: object) -> tuple[float, ...]:
    """Return the levels of a loss of several quantiles, which stand for each number; () of others.

    Examples
    --------
    >>> several_levels(Quantile((0.05, 0.5, 0.95))), several_levels(Quantile(0.9))
    ((0.05, 0.5, 0.95), ())
    """
    levels = items_of(loss.levels, _MOST_LEVELS) if isinstance(loss, Quantile) else ()
    return levels if len(levels) > 1 else ()


def nearest_to_the_median(levels: Sequence[float]) -> int:
    """Return which of some levels of quantiles is nearest to ½.

    Examples
    --------
    >>> nearest_to_the_median((0.05, 0.5, 0.95))
    1
    """
    return min(range(len(levels)), key=lambda at: abs(levels[at] - 0.5))


@dataclass(frozen=True)
class Poisson(Loss):
    """y ln(y/ŷ) − y + ŷ, half the deviance of counts of mean ŷ (McCullagh & Nelder 1989, 2.3)."""

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        logarithms = np.log(np.maximum(prediction, TINY))
        return per_row(prediction - target * logarithms + poisson_least(target))

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return (1 - target / np.maximum(prediction, TINY)) / outputs(prediction)

    @property
    def equation(self) -> str:
        return _("ℓ = mean of y·ln(y/ŷ) − y + ŷ over the outputs")

    @property
    def slope_equation(self) -> str:
        return "∂ℓ/∂ŷ = (1 − y/ŷ)/n"

    def cell_working(self, prediction: float, target: float) -> Working:
        if target <= 0:
            return (prediction,)
        if prediction <= TINY:
            return ()
        return (target, "·ln(", target, "/", prediction, ") − ", target, " + ", prediction)

    def slope_working(self, prediction: FloatArray, target: FloatArray, index: Index) -> Working:
        if prediction[index] <= TINY:
            return super().slope_working(prediction, target, index)
        ratio = (float(target[index]), "/", float(prediction[index]))
        return ("(1 − ", *ratio, ")", *_shared_by(prediction))

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


def _shared_by(prediction: FloatArray) -> Working:
    """Write the division by the number of outputs, where there are several."""
    n = outputs(prediction)
    return ("/", float(n)) if n > 1 else ()
