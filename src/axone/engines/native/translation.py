"""From descriptions to the compiled plan's settings, and from examples to its arrays.

What the compiled module knows it tells itself, by the names in its tables: a layer, activation,
loss or optimiser is translated here and known there, or it is an obstacle.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from axone.activations import ACTIVATIONS, ActivationFunction, Identity, Softmax
from axone.arrays import DType, FloatArray, IntArray, Shape
from axone.data.examples import Examples
from axone.engines.engine import obstacles_of_searching
from axone.engines.recipe import Recipe
from axone.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    LayerNorm,
    Reshape,
    Residual,
    RMSNorm,
)
from axone.layers.sequence import output_shapes
from axone.losses import LOSSES, Head, Huber
from axone.messages import Message, _
from axone.optimizers import OPTIMIZERS, Momentum
from axone.parameters import Slot
from axone.registry import Registry

_SOFTMAX_OVER_CHANNELS = _("softmax over channels runs on the reference engine.")


def obstacles(recipe: Recipe, module: ModuleType) -> tuple[Message, ...]:
    """Say what in a recipe the compiled module does not know, a sentence each."""
    network = recipe.network
    body, output = network.split_output()
    found = [
        *obstacles_of_searching(recipe),
        *_unknown(OPTIMIZERS, recipe.optimizer, module.optimizers),
        *_unknown(LOSSES, recipe.loss, module.losses),
        *_unknown_layers(body, network.input_shape, module),
        *_unknown(ACTIVATIONS, output, module.activations),
    ]
    if isinstance(output, Softmax) and len(network.output_shape) > 1:
        found.append(_SOFTMAX_OVER_CHANNELS)
    # Each once, in their order.
    return tuple(dict.fromkeys(found))


def _unknown(registry: Registry[Any], described: Any, known: Sequence[str]) -> Iterator[Message]:
    """Name a member that the compiled module does not know."""
    name = registry.name_of(described)
    if name is None:
        yield _(
            "{name} is {article} {kind} of your own: it runs on the reference engine.",
            name=type(described).__name__,
            article="an" if registry.kind[0] in "aeiou" else "a",
            kind=registry.kind,
        )
    elif name not in known:
        yield _("{name} runs on the reference engine.", name=type(described).__name__)


def _unknown_layers(
    layers: Sequence[Layer], input_shape: Shape, module: ModuleType
) -> Iterator[Message]:
    before = (input_shape, *output_shapes(layers, input_shape))
    for layer, shape in zip(layers, before, strict=False):
        kind, _translate = _TRANSLATIONS.get(type(layer), ("", None))
        if kind not in module.layers:
            yield _("{name} runs on the reference engine.", name=type(layer).__name__)
        if isinstance(layer, Residual):
            yield from _unknown_layers(layer.layers, shape, module)
        if isinstance(layer, (Activation, Dense)):
            yield from _unknown(ACTIVATIONS, layer.function, module.activations)
        if isinstance(layer, Activation) and isinstance(layer.function, Softmax) and len(shape) > 1:
            yield _SOFTMAX_OVER_CHANNELS


def flat_rows(X: FloatArray, dtype: DType) -> FloatArray:
    """Return examples as rows of numbers; a copy only if they are not such rows already."""
    return np.ascontiguousarray(X, dtype=dtype).reshape(len(X), -1)


def flat_examples(
    examples: Examples, dtype: DType
) -> tuple[FloatArray, IntArray | None, FloatArray | None, FloatArray | None]:
    """Return rows, class numbers or numbers to predict, and weights, as the workspace takes them.

    It takes arrays of its own precision and no others.
    """
    rows, target, weight = flat_rows(examples.X, dtype), examples.target, examples.weight
    weight = None if weight is None else np.ascontiguousarray(weight, dtype=dtype)
    if target.dtype.kind in "iu":
        return rows, np.ascontiguousarray(target, dtype=np.int64), None, weight
    return rows, None, flat_rows(target, dtype), weight


def plan_settings(recipe: Recipe) -> dict[str, Any]:
    """Describe a recipe without obstacles to the compiled module.

    Raises
    ------
    ConfigurationError
        The output activation makes no sense with the loss, in the reference engine's words.
    """
    network, loss = recipe.network, recipe.loss
    body, output = network.split_output()
    Head(output, loss)
    return {
        "columns": math.prod(network.input_shape),
        "outputs": math.prod(network.output_shape),
        "parameters": network.layout.size,
        "buffers": network.layout.buffer_size,
        "layers": _layers(body, network.input_shape, [list(s) for s in network.layout.by_layer]),
        "head": {
            "loss": LOSSES.name_of(loss),
            "scale": float(loss.scale),
            "delta": float(loss.delta) if isinstance(loss, Huber) else 0.0,
            **_activation(output),
            **_learned({}),
        },
        "optimizer": _optimizer(recipe),
    }


def _activation(function: ActivationFunction) -> dict[str, Any]:
    name = ACTIVATIONS.name_of(function)
    return {"activation": name, "alpha": float(getattr(function, "alpha", 0.0))}


def _optimizer(recipe: Recipe) -> dict[str, Any]:
    optimizer = recipe.optimizer
    settings = {"beta": 0.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8, "rho": 0.9}
    settings |= {key: float(getattr(optimizer, key)) for key in settings if hasattr(optimizer, key)}
    averaged = isinstance(optimizer, Momentum) and optimizer.form == "averaged"
    return {
        "rule": OPTIMIZERS.name_of(optimizer),
        **settings,
        "share": 1 - settings["beta"] if averaged else 1.0,
        "uncorrected": getattr(optimizer, "form", "") == "uncorrected",
        "decay": float(optimizer.decoupled_decay),
        "l1": float(recipe.penalty.l1),
        "l2": float(recipe.penalty.l2),
        "clip_value": float(recipe.clipping.value or 0.0),
        "clip_norm": float(recipe.clipping.norm or 0.0),
    }


def _layers(
    layers: Sequence[Layer], input_shape: Shape, slots: Sequence[Sequence[Slot]]
) -> list[dict[str, Any]]:
    """Describe each layer, with the places of its numbers in the flat vectors."""
    before = (input_shape, *output_shapes(layers, input_shape))
    return [
        _layer(layer, before[position], {slot.spec.name: slot for slot in slots[position]})
        for position, layer in enumerate(layers)
    ]


def _layer(layer: Layer, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    kind, translate = _TRANSLATIONS[type(layer)]
    return {"kind": kind, "columns": math.prod(shape), **translate(layer, shape, slots)}


def _dense(layer: Dense, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    return {
        "outputs": layer.units,
        "has_bias": layer.bias,
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset if layer.bias else 0,
        **_activation(layer.function),
        **_learned(slots),
    }


def _activation_layer(layer: Activation, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    # A name or a table in the layer's `function` became the activation on creation.
    return {**_activation(layer.function), **_learned(slots)}  # type: ignore[arg-type]


def _learned(slots: dict[str, Slot]) -> dict[str, Any]:
    """Say whether and where the slope of a parametric ReLU lies."""
    learned = "alpha" in slots
    return {"learns_alpha": learned, "alpha_offset": slots["alpha"].offset if learned else 0}


def _rearrangement(layer: Layer, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    """The numbers of an example stay where they are: nothing to run."""
    return {**_activation(Identity()), **_learned({})}


def _dropout(layer: Dropout, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    return {"rate": float(layer.rate)}


def _noise(layer: GaussianNoise, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    return {"deviation": float(layer.standard_deviation)}


def _batch_norm(layer: BatchNorm, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    return {
        "channels": shape[0],
        "momentum": float(layer.momentum),
        "epsilon": float(layer.epsilon),
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset,
        "mean": slots["running_mean"].offset,
        "variance": slots["running_variance"].offset,
    }


def _layer_norm(layer: LayerNorm, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    return {
        "features": shape[-1],
        "epsilon": float(layer.epsilon),
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset,
    }


def _rms_norm(layer: RMSNorm, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    weight = slots["weight"].offset
    return {"features": shape[-1], "epsilon": float(layer.epsilon), "weight": weight}


def _residual(block: Residual, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
    """Describe the layers within, whose slots are named ``"0.weight"`` here."""
    inner: list[list[Slot]] = [[] for _ in block.layers]
    for name, slot in slots.items():
        position, _, own = name.partition(".")
        inner[int(position)].append(replace(slot, spec=replace(slot.spec, name=own)))
    return {"layers": _layers(block.layers, shape, inner)}


Translate = Callable[[Any, Shape, dict[str, Slot]], dict[str, Any]]

_TRANSLATIONS: dict[type[Layer], tuple[str, Translate]] = {
    Dense: ("dense", _dense),
    Activation: ("activation", _activation_layer),
    Flatten: ("activation", _rearrangement),
    Reshape: ("activation", _rearrangement),
    Dropout: ("dropout", _dropout),
    GaussianNoise: ("gaussian_noise", _noise),
    BatchNorm: ("batch_norm", _batch_norm),
    LayerNorm: ("layer_norm", _layer_norm),
    RMSNorm: ("rms_norm", _rms_norm),
    Residual: ("residual", _residual),
}
"""The name of each layer in the compiled module's table, and how it is described to it."""
