"""From descriptions to the compiled plan's settings, and from examples to its arrays.

What the compiled module knows it tells itself, by the names in its tables: a layer, activation,
loss or optimiser is translated here and known there, or it is an obstacle.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any, cast

import numpy as np

from axone.activations import ACTIVATIONS, ActivationFunction, Heaviside
from axone.arrays import DType, FloatArray, IntArray, Shape
from axone.augmentation import (
    AUGMENTATIONS,
    Augmentation,
    Axes,
    Flip,
    Rotate,
    Scale,
    Shift,
    TimeWarp,
)
from axone.data.examples import Examples
from axone.engines.engine import obstacles_of_searching, refuse_obstacles
from axone.engines.recipe import Recipe
from axone.layers import (
    Activation,
    AveragePool,
    BatchNorm,
    ChannelDropout,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalPool,
    Layer,
    LayerNorm,
    MaxPool,
    Reshape,
    Residual,
    RMSNorm,
    Transpose,
)
from axone.layers.sequence import output_shapes
from axone.layers.windows import Window
from axone.losses import LOSSES, Head, Huber, Loss
from axone.messages import Message, _
from axone.optimizers import OPTIMIZERS
from axone.parameters import Slot
from axone.registry import Registry

_SOFTMAX_OVER_CHANNELS = _("softmax over channels runs on the reference engine.")

_NUMBERS_OF_RULES = (
    ("beta", 0.0),
    ("beta_1", 0.9),
    ("beta_2", 0.999),
    ("epsilon", 1e-8),
    ("rho", 0.9),
)
"""What optimisers are set by, and what stands there for one that has no such setting."""


def obstacles(recipe: Recipe, module: ModuleType) -> tuple[Message, ...]:
    """Say what in a recipe the compiled module does not know, a sentence each."""
    return _translated(recipe, module)[1]


def plan_settings(recipe: Recipe, module: ModuleType) -> dict[str, Any]:
    """Describe a recipe to the compiled module.

    Raises
    ------
    UnsupportedError
        There are `obstacles`.
    ConfigurationError
        The output activation makes no sense with the loss, in the reference engine's words.
    """
    settings, found = _translated(recipe, module)
    refuse_obstacles(found)
    Head(recipe.network.split_output()[1], recipe.loss)
    return settings


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


class _Translator:
    """Walks through a recipe once: describes what the module knows, notes what it does not.

    Parameters
    ----------
    module : module
        The compiled one.

    Attributes
    ----------
    found : dict
        The obstacles so far, each once, as its keys.
    """

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.found: dict[Message, None] = {}

    def name(self, registry: Registry[Any], described: Any, known: Collection[str]) -> str:
        """Return the name by which the module knows a member; note one that it does not know.

        Of that the name is empty, and nothing else is looked at: its settings may be anything.
        """
        name = registry.name_of(described)
        if name is None:
            obstacle = _(
                "{name} is {article} {kind} of your own: it runs on the reference engine.",
                name=type(described).__name__,
                article="an" if registry.kind[0] in "aeiou" else "a",
                kind=registry.kind,
            )
            self.found[obstacle] = None
            return ""
        if name not in known:
            self._is_left_to_the_reference(described)
            return ""
        return name

    def layers(
        self, layers: Sequence[Layer], shapes: Sequence[Shape], slots: Sequence[Sequence[Slot]]
    ) -> list[dict[str, Any]]:
        """Describe each layer, with the places of its numbers in the flat vectors.

        Parameters
        ----------
        layers : sequence of Layer
        shapes : sequence of tuple
            Of an example before each of them.
        slots : sequence of sequences of Slot
            Of each of them.
        """
        return [
            self.layer(layer, shape, {slot.spec.name: slot for slot in own})
            for layer, shape, own in zip(layers, shapes, slots, strict=True)
        ]

    def layer(self, layer: Layer, shape: Shape, slots: dict[str, Slot]) -> dict[str, Any]:
        """Describe one layer, which takes examples of that shape."""
        kind, describe = _DESCRIPTIONS.get(type(layer), ("", _nothing))
        if kind not in self.module.layers:
            self._is_left_to_the_reference(layer)
        columns = math.prod(shape)
        return {"kind": kind, "columns": columns, **describe(self, layer, shape, slots)}

    def activation(self, function: ActivationFunction, shape: Shape) -> dict[str, Any]:
        """Describe an activation of examples of that shape."""
        name = self.name(ACTIVATIONS, function, self.module.activations)
        if not name:
            return {}
        if name == "softmax" and len(shape) > 1:
            self.found[_SOFTMAX_OVER_CHANNELS] = None
        return {"activation": name, "alpha": _number_of(function)}

    def optimizer(self, recipe: Recipe) -> dict[str, Any]:
        """Describe how a gradient moves the weights."""
        optimizer = recipe.optimizer
        rule = self.name(OPTIMIZERS, optimizer, self.module.optimizers)
        if not rule:
            return {}
        settings = {
            key: float(getattr(optimizer, key, default)) for key, default in _NUMBERS_OF_RULES
        }
        form = getattr(optimizer, "form", "")
        return {
            "rule": rule,
            **settings,
            "share": 1 - settings["beta"] if form == "averaged" else 1.0,
            "heavy_ball": form == "heavy_ball",
            "uncorrected": form == "uncorrected",
            "decay": float(optimizer.decoupled_decay),
            "l1": float(recipe.penalty.l1),
            "l2": float(recipe.penalty.l2),
            "clip_value": float(recipe.clipping.value or 0.0),
            "clip_norm": float(recipe.clipping.norm or 0.0),
        }

    def head(self, function: ActivationFunction, loss: Loss, shape: Shape) -> dict[str, Any]:
        """Describe the output activation and the loss."""
        name = self.name(LOSSES, loss, self.module.losses)
        activation = self.activation(function, shape)
        if not name:
            return activation
        return {
            "loss": name,
            "scale": float(loss.scale),
            "delta": float(loss.delta) if isinstance(loss, Huber) else 0.0,
            **activation,
            **_learned({}),
        }

    def augmentation(self, augmentation: Augmentation) -> dict[str, Any]:
        """Describe a change of training rows."""
        kind = self.name(AUGMENTATIONS, augmentation, self.module.augmentations)
        if not kind:
            return {}
        first, second = _strengths(augmentation)
        return {"kind": kind, "first": float(first), "second": float(second)}

    def _is_left_to_the_reference(self, described: object) -> None:
        obstacle = _("{name} runs on the reference engine.", name=type(described).__name__)
        self.found[obstacle] = None


def _strengths(augmentation: Augmentation) -> tuple[float, float]:
    """Return the two numbers that an augmentation is set by; 0 where there is no second."""
    match augmentation:
        case Shift(pixels):
            return pixels, 0
        case Rotate(degrees):
            return math.radians(degrees), 0
        case Scale(smallest, largest):
            return smallest, largest
        case Flip(probability, horizontal):
            return probability, horizontal
        case TimeWarp(deviation, knots):
            return deviation, knots
    # All others have one number.
    (only,) = AUGMENTATIONS.settings(AUGMENTATIONS.name_of(augmentation) or "")
    return getattr(augmentation, only.name), 0


def _described_axes(axes: Axes) -> dict[str, Any]:
    """Describe examples: their channels, height and width; the width of a signal is its length."""
    channels, height, width = math.prod(axes.shape), 1, 1
    if axes.kind == "images":
        channels, height, width = axes.shape
    elif axes.time is not None:
        channels, width = axes.shape[1 - axes.time], axes.length
    return {"kind": axes.kind, "channels": channels, "height": height, "width": width}


def _number_of(function: ActivationFunction) -> float:
    """Return the one number that an activation is set by; 0 for one that has none."""
    if isinstance(function, Heaviside):
        return float(function.at_zero)
    return float(getattr(function, "alpha", 0.0))


def _translated(recipe: Recipe, module: ModuleType) -> tuple[dict[str, Any], tuple[Message, ...]]:
    """Return the settings of a recipe, and the obstacles that were met on the way to them."""
    network, translator = recipe.network, _Translator(module)
    body, output = network.split_output()
    before, layout = (network.input_shape, *network.shapes[:-1]), network.layout
    settings = {
        "optimizer": translator.optimizer(recipe),
        "layers": translator.layers(body, before, layout.by_layer),
        "head": translator.head(output, recipe.loss, network.output_shape),
        "columns": math.prod(network.input_shape),
        "outputs": math.prod(network.output_shape),
        "parameters": layout.size,
        "buffers": layout.buffer_size,
    }
    if recipe.augmentation:
        changes = [translator.augmentation(each) for each in recipe.augmentation]
        settings |= {"augmentation": changes, "axes": _described_axes(recipe.axes)}
    found = dict.fromkeys(obstacles_of_searching(recipe)) | translator.found
    return settings, tuple(found)


def _dense(
    translator: _Translator, layer: Dense, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    return {
        "outputs": layer.units,
        "has_bias": layer.bias,
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset if layer.bias else 0,
        **translator.activation(layer.function, (layer.units,)),
        **_learned(slots),
    }


def _convolution(
    translator: _Translator, layer: Conv1D | Conv2D, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    return {
        "channels": layer.channels,
        "groups": layer.groups,
        "has_bias": layer.bias,
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset if layer.bias else 0,
        **_planes(shape, layer.windows(shape)),
        **translator.activation(layer.function, layer.output_shape(shape)),
        **_learned(slots),
    }


def _pool(
    translator: _Translator,
    layer: MaxPool | AveragePool,
    shape: Shape,
    slots: dict[str, Slot],
) -> dict[str, Any]:
    return _planes(shape, layer.windows(shape))


def _planes(shape: Shape, windows: Sequence[Window]) -> dict[str, Any]:
    """Describe windows over the channels of an example; a signal is an image of height 1."""
    whole = Window(1, 1, 1, 1, 1, 0)
    rows, columns = windows if len(windows) == 2 else (whole, *windows)
    return {
        "in_channels": shape[0],
        "in_height": rows.length,
        "in_width": columns.length,
        "out_height": rows.outputs,
        "out_width": columns.outputs,
        "kernel_height": rows.size,
        "kernel_width": columns.size,
        "stride_height": rows.stride,
        "stride_width": columns.stride,
        "padding_top": rows.before,
        "padding_left": columns.before,
        "dilation_height": rows.dilation,
        "dilation_width": columns.dilation,
    }


def _global_pool(
    translator: _Translator, layer: GlobalPool, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    return {"channels": shape[0], "is_maximum": layer.function == "max"}


def _channel_dropout(
    translator: _Translator, layer: ChannelDropout, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    return {"channels": shape[0], "rate": float(layer.rate)}


def _transpose(
    translator: _Translator, layer: Transpose, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    first, second = shape
    return {"first": first, "second": second}


def _activation_layer(
    translator: _Translator, layer: Activation, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    function = cast(ActivationFunction, layer.function)  # resolved on creation
    return {**translator.activation(function, shape), **_learned(slots)}


def _learned(slots: dict[str, Slot]) -> dict[str, Any]:
    """Say whether and where the slope of a parametric ReLU lies."""
    learned = "alpha" in slots
    return {"learns_alpha": learned, "alpha_offset": slots["alpha"].offset if learned else 0}


def _rearrangement(
    translator: _Translator, layer: Layer, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    """The numbers of an example stay where they are: nothing to run."""
    return {"activation": "identity", "alpha": 0.0, **_learned({})}


def _dropout(
    translator: _Translator, layer: Dropout, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    return {"rate": float(layer.rate)}


def _noise(
    translator: _Translator, layer: GaussianNoise, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    return {"deviation": float(layer.standard_deviation)}


def _batch_norm(
    translator: _Translator, layer: BatchNorm, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    return {
        "channels": shape[0],
        "momentum": float(layer.momentum),
        "epsilon": float(layer.epsilon),
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset,
        "mean": slots["running_mean"].offset,
        "variance": slots["running_variance"].offset,
    }


def _layer_norm(
    translator: _Translator, layer: LayerNorm, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    return {
        "features": shape[-1],
        "epsilon": float(layer.epsilon),
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset,
    }


def _rms_norm(
    translator: _Translator, layer: RMSNorm, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    weight = slots["weight"].offset
    return {"features": shape[-1], "epsilon": float(layer.epsilon), "weight": weight}


def _residual(
    translator: _Translator, block: Residual, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    """Describe the layers within, whose slots are named ``"0.weight"`` here."""
    inner: list[list[Slot]] = [[] for _ in block.layers]
    for name, slot in slots.items():
        position, _, own = name.partition(".")
        inner[int(position)].append(replace(slot, spec=replace(slot.spec, name=own)))
    before = (shape, *output_shapes(block.layers, shape)[:-1])
    return {"layers": translator.layers(block.layers, before, inner)}


def _nothing(
    translator: _Translator, layer: Layer, shape: Shape, slots: dict[str, Slot]
) -> dict[str, Any]:
    """Of a layer that the module does not know there is nothing to say."""
    return {}


Describe = Callable[[_Translator, Any, Shape, dict[str, Slot]], dict[str, Any]]

_DESCRIPTIONS: dict[type[Layer], tuple[str, Describe]] = {
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
    Conv1D: ("convolution", _convolution),
    Conv2D: ("convolution", _convolution),
    MaxPool: ("max_pool", _pool),
    AveragePool: ("average_pool", _pool),
    GlobalPool: ("global_pool", _global_pool),
    ChannelDropout: ("channel_dropout", _channel_dropout),
    Transpose: ("transpose", _transpose),
}
"""The name of each layer in the compiled module's table, and how it is described to it."""
