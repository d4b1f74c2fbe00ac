"""An activation as a layer of its own, for where it does not directly follow a dense layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from axone.activations import ACTIVATIONS, ActivationFunction, Identity
from axone.arrays import FloatArray, Shape
from axone.layers.dense import learned_specs
from axone.layers.layer import Context, Layer, LayerArrays, ParameterSpec


@dataclass(frozen=True)
class Activation(Layer):
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
        assert isinstance(self.function, ActivationFunction)  # noqa: S101 — resolved on creation
        return self.function

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        return learned_specs(self._function)

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, Any]:
        a = self._function.bind(parameters).value(x)
        return a, (x, a)

    def backward(
        self, parameters: LayerArrays, cache: Any, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        x, a = cache
        bound = self._function.bind(parameters)
        return bound.backward(x, a, dy), bound.learned_gradients(x, dy)

    def dead_share(self, cache: Any) -> float:
        return self._function.dead_share(cache[1])

    def split_activation(self) -> tuple[Layer, ActivationFunction]:
        if self._function.learned:
            return self, Identity()
        return Activation(Identity()), self._function
