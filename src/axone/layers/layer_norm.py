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
    Traced,
    check_features_last,
)


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
        normalised = cache.normalised
        shared = tuple(range(dy.ndim - 1))
        gradients = {"weight": (dy * normalised).sum(axis=shared), "bias": dy.sum(axis=shared)}
        g = parameters["weight"] * dy
        pull = normalised * (g * normalised).mean(axis=-1, keepdims=True)
        return (g - g.mean(axis=-1, keepdims=True) - pull) / cache.deviation, gradients

    def trace(
        self, parameters: LayerArrays, cache: LayerNormCache, y: FloatArray
    ) -> tuple[Traced, ...]:
        return (
            Traced("√(s² + ε)", "s² = variance of x over the features", cache.deviation),
            Traced("x̂", "x̂ = (x − mean of x)/√(s² + ε)", cache.normalised),
            Traced("y", "y = weight ⊙ x̂ + bias", y),
        )
