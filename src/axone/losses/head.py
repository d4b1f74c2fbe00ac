"""Where a network ends: the activation of the output layer and the loss, met together.

For softmax with categorical cross-entropy, sigmoid with binary cross-entropy and the exponential
with Poisson the pair is simpler, and stays finite, where the parts do not: δ = ŷ − y.
"""

from dataclasses import dataclass

import numpy as np

from axone.activations import ActivationFunction, Exponential, Sigmoid, Softmax, Softplus
from axone.arrays import FloatArray
from axone.errors import ConfigurationError
from axone.losses.classification import BinaryCrossEntropy, CategoricalCrossEntropy, pick
from axone.losses.loss import Loss, outputs, per_row
from axone.losses.regression import Poisson, poisson_least
from axone.messages import _


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
