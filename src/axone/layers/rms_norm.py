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
    Passed,
    check_features_last,
)
from axone.traced import Index, Traced, Working, mean_of_squares, products


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
        shared = tuple(range(dy.ndim - 1))
        gradients = {"weight": (dy * cache.normalised).sum(axis=shared)}
        g, alike = self._pulls(parameters, cache, dy)
        return (g - cache.normalised * alike) / cache.root, gradients

    def _pulls(
        self, parameters: LayerArrays, cache: RMSNormCache, dy: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return g = weight ⊙ ∂L/∂y, and mean(g ⊙ x̂)."""
        g = parameters["weight"] * dy
        return g, (g * cache.normalised).mean(axis=-1, keepdims=True)

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: RMSNormCache = passed.cache
        x, weight = passed.x, parameters["weight"]

        def of_root(index: Index) -> Working:
            return ("√(", *mean_of_squares(x[index[:-1]]), " + ", self.epsilon, ")")

        def of_normalised(index: Index) -> Working:
            return (float(x[index]), "/", float(cache.root[(*index[:-1], 0)]))

        def of_y(index: Index) -> Working:
            return (float(weight[index[-1]]), "·", float(cache.normalised[index]))

        return (
            Traced("rms", "rms = √(mean of x² + ε)", cache.root, of_root),
            Traced("x̂", "x̂ = x/rms", cache.normalised, of_normalised),
            Traced("y", "y = weight ⊙ x̂", passed.y, of_y),
        )

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: RMSNormCache = passed.cache
        g, alike = self._pulls(parameters, cache, dy)

        def of_weight(index: Index) -> Working:
            return products(dy[..., index[0]], cache.normalised[..., index[0]])

        def of_g(index: Index) -> Working:
            return (float(parameters["weight"][index[-1]]), "·", float(dy[index]))

        def of_x(index: Index) -> Working:
            row = (*index[:-1], 0)
            pull = (float(cache.normalised[index]), "·", float(alike[row]))
            return ("(", float(g[index]), " − ", *pull, ")/", float(cache.root[row]))

        return (
            Traced("∂L/∂weight", "∂L/∂weight = Σ ∂L/∂y ⊙ x̂", gradients["weight"], of_weight),
            Traced("g", "g = weight ⊙ ∂L/∂y", g, of_g),
            Traced("∂L/∂x", "∂L/∂x = (g − x̂ ⊙ mean(g ⊙ x̂))/rms", dx, of_x),
        )
