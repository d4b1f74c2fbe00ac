"""The dense layer: every output is a weighted sum of all inputs, then an activation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from axone.activations import ActivationFunction, Identity
from axone.arrays import FloatArray, Shape
from axone.bounds import MOST_UNITS
from axone.checks import check_integer
from axone.errors import ShapeError
from axone.initializers import Initializer, Zeros
from axone.layers.layer import Context, Layer, LayerArrays, ParameterSpec, Passed
from axone.layers.weighted import (
    delta_of,
    function_of,
    resolve_settings,
    traced_delta,
    traced_slopes,
    traced_sums,
    weight_specs,
    without_activation,
)
from axone.layers.windows import Field
from axone.messages import _
from axone.traced import Index, Traced, Working, products, summed


class DenseCache(NamedTuple):
    """What the layer was given, its weighted sums, and their activations."""

    x: FloatArray
    z: FloatArray
    a: FloatArray


@dataclass(frozen=True)
class Dense(Layer[DenseCache]):
    """A = σ(X·Wᵀ + b); with δ = ∂L/∂Z: ∂L/∂W = δᵀ·X, ∂L/∂b = Σ δ, ∂L/∂X = δ·W.

    Parameters
    ----------
    units : int
        Outputs, n_out. W is (n_out, n_in), b is (n_out,).
    activation : str, mapping, ActivationFunction or callable, default "identity"
        σ: a name, a formula such as ``"z * sigmoid(1.5*z)"`` (see `axone.Formula`), or a function
        (see `axone.PythonFunction`).
    initializer : str, mapping or Initializer, optional
        Of W. By default the one that suits σ: He for the ReLU family, Glorot for the others,
        LeCun for SELU.
    bias_initializer : str, mapping or Initializer, default "zeros"
    bias : bool, default True
        Whether there is a b.

    Examples
    --------
    >>> Dense(128, "relu").output_shape((784,))
    (128,)
    """

    units: int
    activation: ActivationFunction | str | Mapping[str, Any] = field(default_factory=Identity)
    initializer: Initializer | str | Mapping[str, Any] | None = None
    bias_initializer: Initializer | str | Mapping[str, Any] = field(default_factory=Zeros)
    bias: bool = True

    def __post_init__(self) -> None:
        check_integer("units", self.units, at_least=1, at_most=MOST_UNITS)
        object.__setattr__(self, "units", int(self.units))
        resolve_settings(self)

    @property
    def function(self) -> ActivationFunction:
        """The activation function, resolved."""
        return function_of(self)

    def receptive_field(self, input_shape: Shape) -> Field:
        return None

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise ShapeError(
                _(
                    "A dense layer takes flat examples, not examples of shape {input_shape}: "
                    "put Flatten() before it.",
                    input_shape=input_shape,
                )
            )
        return (self.units,)

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        (fan_in,) = input_shape
        return weight_specs(self, (self.units, fan_in), fan_in, self.units)

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, DenseCache]:
        z = x @ parameters["weight"].T
        if self.bias:
            z += parameters["bias"]
        a = self.function.bind(parameters).value(z)
        return a, DenseCache(x, z, a)

    def backward(
        self, parameters: LayerArrays, cache: DenseCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        delta = delta_of(self, parameters, cache, dy)
        return delta @ parameters["weight"], self._gradients(parameters, cache, delta, dy)

    def parameter_gradients(
        self, parameters: LayerArrays, cache: DenseCache, dy: FloatArray
    ) -> dict[str, FloatArray]:
        delta = delta_of(self, parameters, cache, dy)
        return self._gradients(parameters, cache, delta, dy)

    def dead_share(self, cache: DenseCache) -> float:
        return self.function.dead_share(cache.a)

    def saturated_share(self, cache: DenseCache) -> float:
        return self.function.saturated_share(cache.a)

    def split_activation(self) -> tuple[Layer, ActivationFunction]:
        return without_activation(self)

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: DenseCache = passed.cache
        weight = parameters["weight"]

        def weighed(index: Index) -> Working:
            row, unit = index
            return products(weight[unit], cache.x[row])

        return traced_sums(self, parameters, "W·x", cache, weighed)

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: DenseCache = passed.cache
        weight, x = parameters["weight"], cache.x
        traced = traced_delta(self, parameters, cache, dy)
        delta = traced.array

        def of_weight(index: Index) -> Working:
            unit, feature = index
            return products(delta[:, unit], x[:, feature])

        def of_bias(index: Index) -> Working:
            return summed(delta[:, index[0]])

        def of_x(index: Index) -> Working:
            row, feature = index
            return products(weight[:, feature], delta[row])

        bias = (Traced("∂L/∂b", "∂L/∂b = Σ δ", gradients["bias"], of_bias),) if self.bias else ()
        return (
            traced,
            Traced("∂L/∂W", "∂L/∂W = Σ δ·xᵀ", gradients["weight"], of_weight),
            *bias,
            *traced_slopes(self.function, parameters, cache.z, dy, gradients),
            Traced("∂L/∂x", "∂L/∂x = Wᵀ·δ", dx, of_x),
        )

    def _gradients(
        self, parameters: LayerArrays, cache: DenseCache, delta: FloatArray, dy: FloatArray
    ) -> dict[str, FloatArray]:
        gradients = {"weight": delta.T @ cache.x}
        if self.bias:
            gradients["bias"] = delta.sum(axis=0)
        gradients.update(self.function.bind(parameters).learned_gradients(cache.z, dy))
        return gradients
