"""Losses: what a prediction costs, row by row, and the gradient of that cost.

A loss and the activation of the output layer are met together in `Head`, because for softmax with
categorical cross-entropy, sigmoid with binary cross-entropy and the exponential with Poisson the
pair is simpler, and stays finite, where the parts do not: δ = ŷ − y.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from axone.activations import ActivationFunction, Exponential, Sigmoid, Softmax, Softplus
from axone.arrays import FloatArray, Shape
from axone.checks import check_number
from axone.errors import ConfigurationError, DataError, ShapeError
from axone.messages import _
from axone.registry import Registry

_TINY = 1e-12
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
        y = _numbers(y)
        if y.shape[1:] == output_shape:
            return np.ascontiguousarray(y, dtype=dtype)
        if y[0:1].size == np.prod(output_shape) and y.ndim <= 2:
            return np.ascontiguousarray(y, dtype=dtype).reshape(len(y), *output_shape)
        raise ShapeError(
            _(
                "Targets have shape {shape} an example, the network's output has {output_shape}: "
                "give the last layer {units} units.",
                shape=y.shape[1:] or "()",
                output_shape=output_shape,
                units=int(np.prod(y.shape[1:])),
            )
        )

    def hits(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        """Return what the running score of an epoch adds up.

        For classes the number of right answers; for numbers the sum of squared errors of each
        output, from which R² follows.
        """
        error = (prediction - target).reshape(len(target), -1)
        return np.einsum("ij,ij->j", error, error, dtype=np.float64)


def prepare_weights(weights: Any, rows: int, dtype: str, where: str = "") -> FloatArray:
    """Return the weights of `rows` rows, checked, as an array of that type.

    Raises
    ------
    DataError
        Not one finite number of at least 0 a row, or all of them 0.
    """
    weights = np.asarray(weights)
    numbers = weights.dtype.kind in "biuf"
    if not numbers or weights.shape != (rows,) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise DataError(
            _(
                "{where}weights must be {rows} finite numbers of at least 0, one a row.",
                where=where,
                rows=rows,
            )
        )
    if weights.sum() == 0:
        raise DataError(
            _("{where}the weights of all rows are 0: give at least one row a weight.", where=where)
        )
    return np.ascontiguousarray(weights, dtype=dtype)


def _numbers(y: Any) -> FloatArray:
    y = np.atleast_1d(y)
    if y.dtype.kind not in "biuf":
        raise DataError(
            _(
                "Targets must be numbers, not {dtype}: number the classes 0, 1, 2, …, or "
                "convert the column.",
                dtype=y.dtype,
            )
        )
    return y


def _per_row(cells: FloatArray) -> FloatArray:
    """Average over the outputs of each example."""
    return cells.reshape(len(cells), -1).mean(axis=1)


def _outputs(prediction: FloatArray) -> int:
    return max(1, prediction[0:1].size)


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """Mean of (ŷ − y)² over the outputs; gradient 2(ŷ − y)/n."""

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return _per_row((prediction - target) ** 2)

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return (prediction - target) * (2 / _outputs(prediction))


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    """Mean of |ŷ − y| over the outputs; gradient sign(ŷ − y)/n, 0 at equality."""

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return _per_row(np.abs(prediction - target))

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return np.sign(prediction - target) / _outputs(prediction)


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
        return _per_row(0.5 * inside**2 + delta * (error - inside))

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        delta = prediction.dtype.type(self.delta)
        return np.clip(prediction - target, -delta, delta) / _outputs(prediction)


@dataclass(frozen=True)
class Poisson(Loss):
    """y ln(y/ŷ) − y + ŷ, half the deviance of counts of mean ŷ (McCullagh & Nelder 1989, 2.3)."""

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        logarithms = np.log(np.maximum(prediction, _TINY))
        return _per_row(prediction - target * logarithms + _poisson_least(target))

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        return (1 - target / np.maximum(prediction, _TINY)) / _outputs(prediction)

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


def _poisson_least(target: FloatArray) -> FloatArray:
    """Return y ln y − y, 0 at 0: the part of the loss that no prediction changes."""
    return np.asarray(target * np.log(np.where(target > 0, target, 1)) - target)


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """−y ln ŷ − (1 − y) ln(1 − ŷ), the mean over the outputs; each output is a label."""

    task: ClassVar[Task] = "classification"

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        yes = np.log(np.maximum(prediction, _TINY))
        no = np.log(np.maximum(1 - prediction, _TINY))
        return _per_row(-target * yes - (1 - target) * no)

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        spread = np.maximum(prediction * (1 - prediction), _TINY)
        return (prediction - target) / spread / _outputs(prediction)

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

    def hits(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        right = (prediction > 0.5) == (target > 0.5)
        return np.asarray([_per_row(right).sum(dtype=np.float64)])


@dataclass(frozen=True)
class CategoricalCrossEntropy(Loss):
    """−Σ yᵢ ln ŷᵢ; targets are class numbers, or rows of probabilities (one-hot)."""

    task: ClassVar[Task] = "classification"

    def rows(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        logarithms = np.log(np.maximum(prediction, _TINY))
        return -_pick(logarithms, target)

    def row_gradients(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        bounded = np.maximum(prediction, _TINY)
        if target.ndim == prediction.ndim:
            return -target / bounded
        gradient = np.zeros_like(prediction)
        index = np.arange(len(target))
        gradient[index, target] = -1 / bounded[index, target]
        return gradient

    def prepare(self, y: FloatArray, output_shape: Shape, dtype: str) -> FloatArray:
        y = _numbers(y)
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
        if (numbers != labels).any() or (
            labels.size and (numbers.min() < 0 or numbers.max() >= classes)
        ):
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

    def hits(self, prediction: FloatArray, target: FloatArray) -> FloatArray:
        labels = target.argmax(axis=1) if target.ndim == prediction.ndim else target
        right = np.count_nonzero(prediction.argmax(axis=1) == labels)
        return np.asarray([right], dtype=np.float64)


def _pick(cells: FloatArray, target: FloatArray) -> FloatArray:
    """Return Σᵢ yᵢ·cellsᵢ of every row, for class numbers or one-hot rows."""
    if target.ndim == cells.ndim:
        return np.asarray((target * cells).sum(axis=1))
    return np.asarray(cells[np.arange(len(target)), target])


@dataclass(frozen=True)
class Head:
    """The output activation and the loss: from logits z to the loss and δ = ∂L/∂z."""

    activation: ActivationFunction
    loss: Loss

    def __post_init__(self) -> None:
        probability = isinstance(self.activation, (Sigmoid, Softmax))
        if self.loss.task == "classification" and not probability:
            wanted = "softmax" if isinstance(self.loss, CategoricalCrossEntropy) else "sigmoid"
            raise ConfigurationError(
                _(
                    "Cross-entropy compares probabilities, but the last layer ends in {kind}: give "
                    "it the activation {wanted!r}.",
                    kind=type(self.activation).__name__,
                    wanted=wanted,
                )
            )
        positive = probability or isinstance(self.activation, (Exponential, Softplus))
        if isinstance(self.loss, Poisson) and not positive:
            raise ConfigurationError(
                _(
                    "The loss 'poisson' needs positive predictions, but the last layer ends in "
                    "{kind}: give it the activation 'exponential'.",
                    kind=type(self.activation).__name__,
                )
            )

    def predict(self, logits: FloatArray) -> FloatArray:
        """Return ŷ = σ(z)."""
        return self.activation.value(logits)

    def rows(self, logits: FloatArray, prediction: FloatArray, target: FloatArray) -> FloatArray:
        """Return the scaled loss of every example, through the logits where that is exact."""
        return self._scaled(self._rows(logits, prediction, target))

    def row_deltas(
        self, logits: FloatArray, prediction: FloatArray, target: FloatArray
    ) -> FloatArray:
        """Return δ of every example's own scaled loss; ŷ − y for the matched pairs."""
        return self._scaled(self._row_deltas(logits, prediction, target))

    def _scaled(self, values: FloatArray) -> FloatArray:
        scale = self.loss.scale
        return values if scale == 1 else values * values.dtype.type(scale)

    def _rows(self, logits: FloatArray, prediction: FloatArray, target: FloatArray) -> FloatArray:
        if self._is_softmax_pair:
            # ln Σ exp zⱼ − z_class, the largest logit taken out first (log-sum-exp).
            largest = logits.max(axis=1, keepdims=True)
            normaliser = np.log(np.exp(logits - largest).sum(axis=1))
            shifted = logits - largest
            if target.ndim == logits.ndim:
                return np.asarray(normaliser * target.sum(axis=1) - _pick(shifted, target))
            return np.asarray(normaliser - _pick(shifted, target))
        if self._is_sigmoid_pair:
            # ln(1 + eᶻ) − yz = max(z, 0) − yz + ln(1 + e^−|z|)
            softplus = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))
            return _per_row(softplus - target * logits)
        if self._is_poisson_pair:
            return _per_row(prediction - target * logits + _poisson_least(target))
        return self.loss.rows(prediction, target)

    def _row_deltas(
        self, logits: FloatArray, prediction: FloatArray, target: FloatArray
    ) -> FloatArray:
        if self._is_softmax_pair:
            if target.ndim == prediction.ndim:
                return prediction * target.sum(axis=1, keepdims=True) - target
            delta = prediction.copy()
            delta[np.arange(len(target)), target] -= 1
            return delta
        if self._is_sigmoid_pair or self._is_poisson_pair:
            return (prediction - target) / _outputs(prediction)
        gradient = self.loss.row_gradients(prediction, target)
        return self.activation.backward(logits, prediction, gradient)

    @property
    def _is_softmax_pair(self) -> bool:
        return isinstance(self.activation, Softmax) and isinstance(
            self.loss, CategoricalCrossEntropy
        )

    @property
    def _is_sigmoid_pair(self) -> bool:
        return isinstance(self.activation, Sigmoid) and isinstance(self.loss, BinaryCrossEntropy)

    @property
    def _is_poisson_pair(self) -> bool:
        return isinstance(self.activation, Exponential) and isinstance(self.loss, Poisson)


LOSSES: Registry[Loss] = Registry(
    _("loss"),
    {
        "mse": MeanSquaredError,
        "mae": MeanAbsoluteError,
        "huber": Huber,
        "poisson": Poisson,
        "binary_cross_entropy": BinaryCrossEntropy,
        "categorical_cross_entropy": CategoricalCrossEntropy,
    },
    aliases={
        "mean_squared_error": "mse",
        "mean_absolute_error": "mae",
        "bce": "binary_cross_entropy",
        "cce": "categorical_cross_entropy",
        "cross_entropy": "categorical_cross_entropy",
    },
)
