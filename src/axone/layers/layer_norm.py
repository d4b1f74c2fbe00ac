"""Layer normalisation: every example is brought to mean 0 and variance 1 over its own features."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.checks import check_number
from axone.initializers import Constant, Zeros
from axone.layers.layer import (
    Context,
    Layer,
    LayerArrays,
    ParameterSpec,
    Passed,
    check_features_last,
)
from axone.traced import Index, Traced, Working, averaged, joined, mean_of_squares, products, summed


class LayerNormCache(NamedTuple):
    """x̂, and √(s² + ε) of every example or position."""

    normalised: FloatArray
    deviation: FloatArray


@dataclass(frozen=True)
class LayerNorm(Layer[LayerNormCache]):
    """y = weight ⊙ x̂ + bias, x̂ = (x − μ)/√(s² + ε) (Ba, Kiros & Hinton 2016, equation 4).

    μ and s² (biased) are those of the features of one example, or of one position of a sequence
    ``(length, features)``: the same in training and at prediction, whatever the batch. With
    g = weight ⊙ ∂L/∂y: ∂L/∂x = (g − mean(g) − x̂ ⊙ mean(g ⊙ x̂))/√(s² + ε).

    Parameters
    ----------
    epsilon : float, default 1e-5
        Keeps the division finite where all features are alike.
    """

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        check_number("epsilon", self.epsilon, above=0)

    @property
    def takes_mask(self) -> bool:
        return True

    def output_shape(self, input_shape: Shape) -> Shape:
        check_features_last(type(self).__name__, input_shape)
        return input_shape

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        features = input_shape[-1:]
        return (
            ParameterSpec("weight", features, Constant(1.0)),
            ParameterSpec("bias", features, Zeros()),
        )

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, LayerNormCache]:
        # Statistics in float64 whatever x is: the square of 10²⁰ is too large for float32.
        mean = x.mean(axis=-1, keepdims=True, dtype=np.float64)
        variance = x.var(axis=-1, keepdims=True, dtype=np.float64)
        deviation = np.sqrt(variance + self.epsilon).astype(x.dtype, copy=False)
        normalised = (x - mean).astype(x.dtype, copy=False) / deviation
        y = parameters["weight"] * normalised + parameters["bias"]
        return y, LayerNormCache(normalised, deviation)

    def backward(
        self, parameters: LayerArrays, cache: LayerNormCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        shared = tuple(range(dy.ndim - 1))
        gradients = {
            "weight": (dy * cache.normalised).sum(axis=shared),
            "bias": dy.sum(axis=shared),
        }
        g, mean, pull = self._pulls(parameters, cache, dy)
        return (g - mean - cache.normalised * pull) / cache.deviation, gradients

    def _pulls(
        self, parameters: LayerArrays, cache: LayerNormCache, dy: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return g = weight ⊙ ∂L/∂y, mean(g) and mean(g ⊙ x̂)."""
        g = parameters["weight"] * dy
        alike = (g * cache.normalised).mean(axis=-1, keepdims=True)
        return g, g.mean(axis=-1, keepdims=True), alike

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: LayerNormCache = passed.cache
        x, weight, bias = passed.x, parameters["weight"], parameters["bias"]
        means = x.mean(axis=-1, keepdims=True, dtype=np.float64)

        def of_mean(index: Index) -> Working:
            return averaged(x[index[:-1]])

        def of_deviation(index: Index) -> Working:
            squares = mean_of_squares(x[index[:-1]], float(means[index]))
            return ("√(", *squares, " + ", self.epsilon, ")")

        def of_normalised(index: Index) -> Working:
            alike = (*index[:-1], 0)
            difference = ("(", float(x[index]), " − ", float(means[alike]), ")/")
            return (*difference, float(cache.deviation[alike]))

        def of_y(index: Index) -> Working:
            scaled = (float(weight[index[-1]]), "·", float(cache.normalised[index]))
            return joined(scaled, (float(bias[index[-1]]),))

        deviation = cache.deviation
        return (
            Traced("μ", "μ = mean of x over the features", means, of_mean),
            Traced("√(s² + ε)", "s² = variance of x over the features", deviation, of_deviation),
            Traced("x̂", "x̂ = (x − μ)/√(s² + ε)", cache.normalised, of_normalised),
            Traced("y", "y = weight ⊙ x̂ + bias", passed.y, of_y),
        )

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: LayerNormCache = passed.cache
        g, mean, alike = self._pulls(parameters, cache, dy)

        def of_weight(index: Index) -> Working:
            return products(dy[..., index[0]], cache.normalised[..., index[0]])

        def of_bias(index: Index) -> Working:
            return summed(dy[..., index[0]])

        def of_g(index: Index) -> Working:
            return (float(parameters["weight"][index[-1]]), "·", float(dy[index]))

        def of_x(index: Index) -> Working:
            row = (*index[:-1], 0)
            pull = (float(mean[row]), " − ", float(cache.normalised[index]), "·", float(alike[row]))
            return ("(", float(g[index]), " − ", *pull, ")/", float(cache.deviation[row]))

        equation = "∂L/∂x = (g − mean(g) − x̂ ⊙ mean(g ⊙ x̂))/√(s² + ε)"
        return (
            Traced("∂L/∂weight", "∂L/∂weight = Σ ∂L/∂y ⊙ x̂", gradients["weight"], of_weight),
            Traced("∂L/∂bias", "∂L/∂bias = Σ ∂L/∂y", gradients["bias"], of_bias),
            Traced("g", "g = weight ⊙ ∂L/∂y", g, of_g),
            Traced("∂L/∂x", equation, dx, of_x),
        )
