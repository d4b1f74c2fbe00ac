"""Root-mean-square normalisation: layer normalisation that leaves the mean where it is."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from axone.arrays import FloatArray, Shape
from axone.checks import check_number
from axone.initializers import Constant
from axone.layers.layer import (
    Context,
    Layer,
    LayerArrays,
    ParameterSpec,
    Traced,
    check_features_last,
)


class RMSNormCache(NamedTuple):
    """x̂, and √(mean(x²) + ε) of every example or position."""

    normalised: FloatArray
    root: FloatArray


@dataclass(frozen=True)
class RMSNorm(Layer[RMSNormCache]):
    """y = weight ⊙ x̂, x̂ = x/√(mean(x²) + ε) (Zhang & Sennrich 2019, equation 4).

    The mean is over the features of one example, or of one position of a sequence
    ``(length, features)``. With g = weight ⊙ ∂L/∂y: ∂L/∂x = (g − x̂ ⊙ mean(g ⊙ x̂))/√(mean(x²) + ε).

    Parameters
    ----------
    epsilon : float, default 1e-5
        Keeps the division finite where all features are 0.
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
        return (ParameterSpec("weight", input_shape[-1:], Constant(1.0)),)

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, RMSNormCache]:
        # In float64 whatever x is: the square of 10²⁰ is too large for float32.
        mean_square = np.square(x, dtype=np.float64).mean(axis=-1, keepdims=True)
        root = np.sqrt(mean_square + self.epsilon).astype(x.dtype, copy=False)
        normalised = x / root
        return parameters["weight"] * normalised, RMSNormCache(normalised, root)

    def backward(
        self, parameters: LayerArrays, cache: RMSNormCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        normalised = cache.normalised
        gradients = {"weight": (dy * normalised).sum(axis=tuple(range(dy.ndim - 1)))}
        g = parameters["weight"] * dy
        pull = normalised * (g * normalised).mean(axis=-1, keepdims=True)
        return (g - pull) / cache.root, gradients

    def trace(
        self, parameters: LayerArrays, cache: RMSNormCache, y: FloatArray
    ) -> tuple[Traced, ...]:
        return (
            Traced("rms", "rms = √(mean of x² + ε)", cache.root),
            Traced("x̂", "x̂ = x/rms", cache.normalised),
            Traced("y", "y = weight ⊙ x̂", y),
        )
