"""Where a network ends: the activation of the output layer and the loss, met together.

For softmax with categorical cross-entropy, sigmoid with binary cross-entropy and the exponential
with Poisson the pair is simpler, and stays finite, where the parts do not: δ = ŷ − y.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from axone.activations import ActivationFunction, Exponential, Sigmoid, Softmax, Softplus
from axone.arrays import FloatArray
from axone.errors import ConfigurationError
from axone.losses.classification import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    pick,
    wanted_shares,
)
from axone.losses.loss import Loss, outputs, per_row
from axone.losses.regression import Poisson, poisson_least
from axone.messages import _
from axone.traced import Index, Traced, Working, products


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
                return np.asarray(normaliser * target.sum(axis=1) - pick(shifted, target))
            return np.asarray(normaliser - pick(shifted, target))
        if self._is_sigmoid_pair:
            # ln(1 + eᶻ) − yz = max(z, 0) − yz + ln(1 + e^−|z|)
            softplus = np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))
            return per_row(softplus - target * logits)
        if self._is_poisson_pair:
            return per_row(prediction - target * logits + poisson_least(target))
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
            return (prediction - target) / outputs(prediction)
        gradient = self.loss.row_gradients(prediction, target)
        return self.activation.backward(logits, prediction, gradient)

    def trace(
        self, logits: FloatArray, prediction: FloatArray, target: FloatArray
    ) -> tuple[Traced, ...]:
        """Name the loss of every example, and its δ as it is computed: the last one."""
        scale, loss = self.loss.scale, self.loss
        rows = self.rows(logits, prediction, target)

        def of_row(index: Index) -> Working:
            working = loss.working(prediction, target, index[0])
            return _times(scale, working) if working else (float(rows[index]),)

        losses = Traced("ℓ", _scaled_equation(scale, loss.equation), rows, of_row)
        deltas = self.row_deltas(logits, prediction, target)
        if not self.is_matched:
            return (losses, *self._through_the_prediction(logits, prediction, target, deltas))
        wanted = wanted_shares(target, prediction)
        total, shared = self._of_all(target, prediction)

        def of_delta(index: Index) -> Working:
            p, y = float(prediction[index]), float(wanted[index])
            all_shares = float(total[index[0]])
            of_all = () if _is_one(all_shares) else ("·", all_shares)
            difference: Working = (p, *of_all, " − ", y)
            if shared > 1:
                difference = ("(", *difference, ")/", float(shared))
            return _times(scale, difference)

        equation = f"δ = {self._matched_delta(target, prediction)}"
        return (losses, Traced("δ", equation, deltas, of_delta))

    def trace_jacobian(self, prediction: FloatArray, target: FloatArray) -> tuple[Traced, ...]:
        """Name the way that matched pairs spare: ∂ℓ/∂ŷ, ∂ŷ/∂z and their product, which is δ.

        Empty where the loss is met through its prediction anyway.
        """
        if not self.is_matched:
            return ()
        by_prediction = self._slopes(prediction, target)
        slopes, delta = by_prediction.array, self._matched_delta(target, prediction)
        if not isinstance(self.activation, Softmax):
            through = partial(self.activation.backward_working, prediction, prediction, slopes)
            product = self.activation.backward(prediction, prediction, slopes)
            way = self.activation.delta_equation("∂ℓ/∂ŷ", "ŷ")
            return (by_prediction, Traced("δ", f"δ = {way} = {delta}", product, through))
        jacobian = self.activation.jacobian(prediction)

        def of_jacobian(index: Index) -> Working:
            row, i, j = index
            a, b = float(prediction[row, i]), float(prediction[row, j])
            return (a, "·(1 − ", a, ")") if i == j else ("−", a, "·", b)

        def of_product(index: Index) -> Working:
            return products(jacobian[index], slopes[index[0]])

        product = np.einsum("rij,rj->ri", jacobian, slopes)
        return (
            by_prediction,
            Traced("J", "J = ∂ŷ/∂z = diag(ŷ) − ŷ·ŷᵀ", jacobian, of_jacobian),
            Traced("δ", f"δ = J·∂ℓ/∂ŷ = {delta}", product, of_product),
        )

    def _through_the_prediction(
        self, logits: FloatArray, prediction: FloatArray, target: FloatArray, deltas: FloatArray
    ) -> tuple[Traced, ...]:
        by_prediction = self._slopes(prediction, target)
        through = partial(self.activation.backward_working, logits, prediction, by_prediction.array)
        equation = f"δ = {self.activation.delta_equation('∂ℓ/∂ŷ', 'ŷ')}"
        return (by_prediction, Traced("δ", equation, deltas, through))

    def _slopes(self, prediction: FloatArray, target: FloatArray) -> Traced:
        """Name ∂ℓ/∂ŷ of every example's own scaled loss."""
        loss, scale = self.loss, self.loss.scale

        def worked_at(index: Index) -> Working:
            return _times(scale, loss.slope_working(prediction, target, index))

        equation = _scaled_equation(scale, loss.slope_equation)
        slopes = self._scaled(loss.row_gradients(prediction, target))
        return Traced("∂ℓ/∂ŷ", equation, slopes, worked_at)

    def _of_all(self, target: FloatArray, prediction: FloatArray) -> tuple[FloatArray, int]:
        """Return Σ y of every row, 1 where it plays no part, and over how many outputs ℓ is a mean.

        Softmax's outputs share one loss; a sigmoid's each have their own, and ℓ is their mean.
        """
        if self._is_softmax_pair:
            return wanted_shares(target, prediction).sum(axis=1), 1
        return np.ones(len(prediction)), outputs(prediction)

    def _matched_delta(self, target: FloatArray, prediction: FloatArray) -> str:
        """Write what δ of every example's own scaled loss is for a matched pair."""
        total, shared = self._of_all(target, prediction)
        difference = "ŷ − y" if all(map(_is_one, total.tolist())) else "ŷ·Σ y − y"
        mean = difference if shared == 1 else f"({difference})/n"
        return mean if self.loss.scale == 1 else f"{self.loss.scale:g}·({mean})"

    @property
    def is_matched(self) -> bool:
        """Whether activation and loss are simpler together than one after the other."""
        return self._is_softmax_pair or self._is_sigmoid_pair or self._is_poisson_pair

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


_ROUNDING = 1e-6
"""How far shares that add up to 1 may be from it."""


def _is_one(share: float) -> bool:
    return abs(share - 1) < _ROUNDING


def _times(scale: float, working: Working) -> Working:
    return working if scale == 1 else (float(scale), "·(", *working, ")")


def _scaled_equation(scale: float, equation: str) -> str:
    symbol, equals, right = equation.partition(" = ")
    return f"{symbol} = {scale:g}·({right})" if equals and scale != 1 else equation
