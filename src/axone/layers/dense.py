"""The dense layer: every output is a weighted sum of all inputs, then an activation."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, cast

from axone.activations import ACTIVATIONS, ActivationFunction, Identity, Softmax, name_of
from axone.arrays import FloatArray, Shape
from axone.bounds import MOST_UNITS
from axone.checks import check_integer, check_truth
from axone.errors import ShapeError
from axone.initializers import INITIALIZERS, Constant, Initializer, Zeros
from axone.layers.layer import Context, Layer, LayerArrays, ParameterSpec, Traced
from axone.messages import _


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
    activation : str, mapping or ActivationFunction, default "identity"
        σ.
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
        check_truth("bias", self.bias)
        object.__setattr__(self, "units", int(self.units))
        object.__setattr__(self, "bias", bool(self.bias))  # NumPy's too
        object.__setattr__(self, "activation", ACTIVATIONS.resolve(self.activation))
        if self.initializer is not None:
            object.__setattr__(self, "initializer", INITIALIZERS.resolve(self.initializer))
        object.__setattr__(self, "bias_initializer", INITIALIZERS.resolve(self.bias_initializer))

    @property
    def function(self) -> ActivationFunction:
        """The activation function, resolved."""
        return cast(ActivationFunction, self.activation)  # resolved on creation

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
        function = self.function
        initializer = INITIALIZERS.resolve(self.initializer or function.initializer)
        bias_initializer = INITIALIZERS.resolve(self.bias_initializer)
        weight = ParameterSpec(
            "weight", (self.units, fan_in), initializer, fan_in, self.units, penalised=True
        )
        bias = ParameterSpec("bias", (self.units,), bias_initializer, fan_in, self.units)
        return (weight, *((bias,) if self.bias else ()), *learned_specs(function))

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
        delta = self._delta(parameters, cache, dy)
        return delta @ parameters["weight"], self._gradients(parameters, cache, delta, dy)

    def parameter_gradients(
        self, parameters: LayerArrays, cache: DenseCache, dy: FloatArray
    ) -> dict[str, FloatArray]:
        delta = self._delta(parameters, cache, dy)
        return self._gradients(parameters, cache, delta, dy)

    def dead_share(self, cache: DenseCache) -> float:
        return self.function.dead_share(cache.a)

    def split_activation(self) -> tuple[Layer, ActivationFunction]:
        function = self.function
        if function.learned:
            return self, Identity()
        # The weights must still start as the activation wants them.
        initializer = self.initializer or function.initializer
        return replace(self, activation=Identity(), initializer=initializer), function

    def trace(
        self, parameters: LayerArrays, cache: DenseCache, y: FloatArray
    ) -> tuple[Traced, ...]:
        return (
            Traced("z", "z = W·x + b" if self.bias else "z = W·x", cache.z),
            Traced("a", f"a = {name_of(self.function)}(z)", cache.a),
        )

    def trace_back(
        self,
        parameters: LayerArrays,
        cache: DenseCache,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        delta = self._delta(parameters, cache, dy)
        return (
            Traced("δ", delta_equation(self.function), delta),
            Traced("∂L/∂W", "∂L/∂W = Σ δ·xᵀ", gradients["weight"]),
            *((Traced("∂L/∂b", "∂L/∂b = Σ δ", gradients["bias"]),) if self.bias else ()),
            *traced_slopes(self.function, gradients),
            Traced("∂L/∂x", "∂L/∂x = Wᵀ·δ", dx),
        )

    def _delta(self, parameters: LayerArrays, cache: DenseCache, dy: FloatArray) -> FloatArray:
        return self.function.bind(parameters).backward(cache.z, cache.a, dy)

    def _gradients(
        self, parameters: LayerArrays, cache: DenseCache, delta: FloatArray, dy: FloatArray
    ) -> dict[str, FloatArray]:
        gradients = {"weight": delta.T @ cache.x}
        if self.bias:
            gradients["bias"] = delta.sum(axis=0)
        gradients.update(self.function.bind(parameters).learned_gradients(cache.z, dy))
        return gradients


def learned_specs(function: ActivationFunction) -> tuple[ParameterSpec, ...]:
    """Return the parameters that an activation learns, as those of the layer that holds it."""
    return tuple(
        ParameterSpec(name, (1,), Constant(value)) for name, value in function.learned.items()
    )


def delta_equation(function: ActivationFunction) -> str:
    """Return how δ = ∂L/∂z follows from ∂L/∂a."""
    if isinstance(function, Softmax):
        return "δ = (diag(a) − a·aᵀ)·∂L/∂a"
    return f"δ = ∂L/∂a ⊙ {name_of(function)}′(z)"


def traced_slopes(function: ActivationFunction, gradients: LayerArrays) -> tuple[Traced, ...]:
    """Name the gradients of what an activation learns."""
    return tuple(
        Traced(f"∂L/∂{name}", f"∂L/∂{name} = Σ ∂L/∂a · ∂a/∂{name}", gradients[name])
        for name in function.learned
    )
