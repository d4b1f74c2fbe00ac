"""What layers of weighted sums share: weight, bias and an activation, which may have weights too.

Dense layers and convolutions differ in which inputs a sum is over; how σ follows it, where its
weights start and what is told to a reader is the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar, cast

from axone.activations import ACTIVATIONS, ActivationFunction, Identity
from axone.arrays import FloatArray, Shape
from axone.checks import check_truth
from axone.initializers import INITIALIZERS, Constant, Initializer
from axone.layers.layer import LayerArrays, ParameterSpec
from axone.traced import Index, Traced, WorkedAt, Working, joined


class Weighted(Protocol):
    """A layer with these settings."""

    @property
    def activation(self) -> ActivationFunction | str | Mapping[str, Any]:
        """σ."""

    @property
    def initializer(self) -> Initializer | str | Mapping[str, Any] | None:
        """Of the weight; by default the one that suits σ."""

    @property
    def bias_initializer(self) -> Initializer | str | Mapping[str, Any]:
        """Of the bias."""

    @property
    def bias(self) -> bool:
        """Whether there is one."""


class Sums(Protocol):
    """A cache that holds weighted sums, z, and their activations, a."""

    @property
    def z(self) -> FloatArray:
        """The sums."""

    @property
    def a(self) -> FloatArray:
        """σ(z)."""


WeightedLayer = TypeVar("WeightedLayer", bound=Weighted)


def resolve_settings(layer: Weighted) -> None:
    """Check the shared settings on creation, and make objects of names and tables."""
    check_truth("bias", layer.bias)
    object.__setattr__(layer, "bias", bool(layer.bias))  # NumPy's too
    object.__setattr__(layer, "activation", ACTIVATIONS.resolve(layer.activation))
    if layer.initializer is not None:
        object.__setattr__(layer, "initializer", INITIALIZERS.resolve(layer.initializer))
    object.__setattr__(layer, "bias_initializer", INITIALIZERS.resolve(layer.bias_initializer))


def function_of(layer: Weighted) -> ActivationFunction:
    """Return σ of a layer whose settings are resolved."""
    return cast(ActivationFunction, layer.activation)


def weight_specs(
    layer: Weighted, shape: Shape, fan_in: int, fan_out: int
) -> tuple[ParameterSpec, ...]:
    """Return the weight of that shape, the bias of its first axis, and what σ learns."""
    function = function_of(layer)
    initializer = INITIALIZERS.resolve(layer.initializer or function.initializer)
    bias_initializer = INITIALIZERS.resolve(layer.bias_initializer)
    weight = ParameterSpec("weight", shape, initializer, fan_in, fan_out, penalised=True)
    bias = ParameterSpec("bias", shape[:1], bias_initializer, fan_in, fan_out)
    return (weight, *((bias,) if layer.bias else ()), *learned_specs(function))


def delta_of(layer: Weighted, parameters: LayerArrays, cache: Sums, dy: FloatArray) -> FloatArray:
    """Return δ = ∂L/∂z, given ∂L/∂a."""
    return function_of(layer).bind(parameters).backward(cache.z, cache.a, dy)


def without_activation(layer: WeightedLayer) -> tuple[WeightedLayer, ActivationFunction]:
    """Return the layer without σ, and σ; one that learns stays with its layer."""
    function = function_of(layer)
    if function.learned:
        return layer, Identity()
    # The weights must still start as the activation wants them.
    initializer = layer.initializer or function.initializer
    changes: dict[str, Any] = {"activation": Identity(), "initializer": initializer}
    return replace(layer, **changes), function  # type: ignore[type-var]  # layers are dataclasses


def traced_sums(
    layer: Weighted, parameters: LayerArrays, sums: str, cache: Sums, weighed: WorkedAt
) -> tuple[Traced, ...]:
    """Name z, given how its sums are written and worked without the bias, and a."""
    function = function_of(layer).bind(parameters)

    def with_bias(index: Index) -> Working:
        return joined(weighed(index), (float(parameters["bias"][index[1]]),))

    z = Traced("z", f"z = {sums}", cache.z, weighed)
    if layer.bias:
        z = Traced("z", f"z = {sums} + b", cache.z, with_bias)
    equation = f"a = {function_of(layer).value_equation}"
    return (z, Traced("a", equation, cache.a, partial(function.working, cache.z)))


def traced_delta(layer: Weighted, parameters: LayerArrays, cache: Sums, dy: FloatArray) -> Traced:
    """Name δ."""
    function = function_of(layer).bind(parameters)
    delta = delta_of(layer, parameters, cache, dy)
    worked_at = partial(function.backward_working, cache.z, cache.a, dy)
    return Traced("δ", f"δ = {function_of(layer).delta_equation()}", delta, worked_at)


def learned_specs(function: ActivationFunction) -> tuple[ParameterSpec, ...]:
    """Return the parameters that an activation learns, as those of the layer that holds it."""
    return tuple(
        ParameterSpec(name, (1,), Constant(value)) for name, value in function.learned.items()
    )


def traced_slopes(
    function: ActivationFunction,
    parameters: LayerArrays,
    z: FloatArray,
    dy: FloatArray,
    gradients: LayerArrays,
) -> tuple[Traced, ...]:
    """Name the gradients of what an activation learns."""
    workings = function.bind(parameters).learned_workings(z, dy)

    def worked_at(name: str, index: Index) -> Working:
        del index  # there is a single one
        return workings[name]

    return tuple(
        Traced(
            f"∂L/∂{name}",
            f"∂L/∂{name} = Σ ∂L/∂a · ∂a/∂{name}",
            gradients[name],
            partial(worked_at, name) if name in workings else None,
        )
        for name in function.learned
    )
