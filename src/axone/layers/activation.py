"""An activation as a layer of its own, for where it does not directly follow a dense layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, cast

from axone.activations import ACTIVATIONS, ActivationFunction, Identity, Softmax
from axone.arrays import FloatArray, Shape
from axone.layers.layer import Context, Layer, LayerArrays, ParameterSpec, Passed
from axone.layers.weighted import (
    learned_specs,
    traced_slopes,
)
from axone.traced import Traced


class ActivationCache(NamedTuple):
    """What the function was given, and what it gave."""

    x: FloatArray
    a: FloatArray


@dataclass(frozen=True)
class Activation(Layer[ActivationCache]):
    """A = σ(X), ∂L/∂X = ∂L/∂A ⊙ σ′(X).

    Parameters
    ----------
    function : str, mapping or ActivationFunction
        σ.
    """

    function: ActivationFunction | str | Mapping[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "function", ACTIVATIONS.resolve(self.function))

    @property
    def _function(self) -> ActivationFunction:
        return cast(ActivationFunction, self.function)  # resolved on creation

    @property
    def takes_mask(self) -> bool:
        # Softmax adds up over an axis, which may be that of the positions.
        return not isinstance(self._function, Softmax)

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        return learned_specs(self._function)

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, ActivationCache]:
        a = self._function.bind(parameters).value(x)
        return a, ActivationCache(x, a)

    def backward(
        self, parameters: LayerArrays, cache: ActivationCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        bound = self._function.bind(parameters)
        return bound.backward(cache.x, cache.a, dy), bound.learned_gradients(cache.x, dy)

    def dead_share(self, cache: ActivationCache) -> float:
        return self._function.dead_share(cache.a)

    def saturated_share(self, cache: ActivationCache) -> float:
        return self._function.saturated_share(cache.a)

    def split_activation(self) -> tuple[Layer, ActivationFunction]:
        if self._function.learned:
            return self, Identity()
        return Activation(Identity()), self._function

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        worked_at = partial(self._function.bind(parameters).working, passed.x)
        return (Traced("a", f"a = {self._function.value_equation}", passed.y, worked_at),)

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        bound = self._function.bind(parameters)
        worked_at = partial(bound.backward_working, passed.x, passed.y, dy)
        return (
            *traced_slopes(self._function, parameters, passed.x, dy, gradients),
            Traced("δ", f"δ = {self._function.delta_equation()}", dx, worked_at),
        )
