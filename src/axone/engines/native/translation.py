"""From descriptions to the compiled plan's settings, and from examples to its arrays.

What the compiled module knows it tells itself, by the names in its tables: a layer, activation,
loss or optimiser is translated here and known there, or it is an obstacle.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from types import ModuleType
from typing import Any, NamedTuple, cast

import numpy as np

from axone.activations import ACTIVATIONS, ActivationFunction, Formula, Heaviside
from axone.arrays import BoolArray, DType, FloatArray, IntArray, Shape
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
from axone.engines.native.formulas import described_programs, programs_of
from axone.engines.recipe import Recipe
from axone.layers import (
    Activation,
    Attention,
    AveragePool,
    BatchNorm,
    ChannelDropout,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    GlobalPool,
    LastStep,
    Layer,
    LayerNorm,
    MaxPool,
    PositionalEncoding,
    PositionwiseDense,
    Recurrent,
    Reshape,
    Residual,
    RMSNorm,
    RNNCell,
    Transpose,
    Upsample,
)
from axone.layers.cells import CELLS, Cell
from axone.layers.sequence import output_shapes
from axone.layers.windows import Window
from axone.losses import LOSSES, Head, Huber, Loss, Quantile
from axone.messages import Message, _
from axone.optimizers import OPTIMIZERS
from axone.parameters import Slot
from axone.registry import Registry

_SOFTMAX_OVER_CHANNELS = _("softmax over channels runs on the reference engine.")

_MOST_TOKENS = 2**24
"""So many numbers, 0, 1, …, float32 tells apart."""

_TOO_MANY_TOKENS = _(
    "an Embedding of more than 16,777,216 tokens runs on the reference engine in float32."
)

_TOO_MANY_REGISTERS = _("a formula of so many parts runs on the reference engine.")

_CELLS = ("rnn", "lstm", "gru")

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


class FlatExamples(NamedTuple):
    """Examples as a workspace takes them: arrays of its own precision and no others.

    Attributes
    ----------
    rows : array of shape (m, columns)
        Token numbers, too, which numbers of any precision hold exactly.
    labels : array of int64, shape (m,), or None
        Class numbers; either these or numbers to predict.
    numbers : array of shape (m, outputs), or None
    weight : array of shape (m,), or None
    mask : array of bool, shape (m, length), or None
    """

    rows: FloatArray
    labels: IntArray | None = None
    numbers: FloatArray | None = None
    weight: FloatArray | None = None
    mask: BoolArray | None = None


def flat_examples(examples: Examples, dtype: DType) -> FlatExamples:
    """Return examples as the workspace takes them."""
    rows, target, weight = flat_rows(examples.X, dtype), examples.target, examples.weight
    weight = None if weight is None else np.ascontiguousarray(weight, dtype=dtype)
    mask = flat_mask(examples.mask)
    if target.dtype.kind in "iu":
        return FlatExamples(rows, np.ascontiguousarray(target, dtype=np.int64), None, weight, mask)
    return FlatExamples(rows, None, flat_rows(target, dtype), weight, mask)


def flat_mask(mask: BoolArray | None) -> BoolArray | None:
    """Return a mask whose rows lie one behind the other."""
    return None if mask is None else np.ascontiguousarray(mask)


class _Translator:
    """Walks through a recipe once: describes what the module knows, notes what it does not.

    Parameters
    ----------
    module : module
        The compiled one.
    dtype : {"float32", "float64"}
        Of the run.

    Attributes
    ----------
    found : dict
        The obstacles so far, each once, as its keys.
    """

    def __init__(self, module: ModuleType, dtype: DType) -> None:
        self.module, self.dtype = module, dtype
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
        self, layers: Sequence[Layer], shapes: Sequence[Shape], slots: Sequence[Mapping[str, Slot]]
    ) -> list[dict[str, Any]]:
        """Describe each layer, with the places of its numbers in the flat vectors.

        Parameters
        ----------
        layers : sequence of Layer
        shapes : sequence of tuple
            Of an example before each of them.
        slots : sequence of mappings of str to Slot
            Of each of them, by their names in it.
        """
        return [
            self.layer(layer, shape, own)
            for layer, shape, own in zip(layers, shapes, slots, strict=True)
        ]

    def layer(self, layer: Layer, shape: Shape, slots: Mapping[str, Slot]) -> dict[str, Any]:
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
        described = {"activation": name, "alpha": _number_of(function)}
        if isinstance(function, Formula):
            described["formula"] = self.formula(function)
        return described

    def formula(self, function: Formula) -> dict[str, Any]:
        """Describe the programs of a formula; note what the module has not for them."""
        programs = programs_of(function)
        steps = [step for program in programs.values() for step in program.instructions]
        if any(step.operation not in self.module.operations for step in steps):
            self._is_left_to_the_reference(function)
        if any(step.to >= self.module.registers for step in steps):
            self.found[_TOO_MANY_REGISTERS] = None
        return described_programs(function, programs)

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
            "settings": [{"setting": float(setting)} for setting in _settings_of(loss)],
            **activation,
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


def _settings_of(loss: Loss) -> tuple[float, ...]:
    """Return what the cells of a loss are set by, one output after the other in turn."""
    match loss:
        case Huber():
            return (loss.delta,)
        case Quantile():
            return tuple(loss.levels)  # type: ignore[arg-type]  # a tuple
    return ()


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
    network, translator = recipe.network, _Translator(module, recipe.dtype)
    body, output = network.split_output()
    before, layout = (network.input_shape, *network.shapes[:-1]), network.layout
    settings = {
        "optimizer": translator.optimizer(recipe),
        "layers": translator.layers(
            body, before, [{slot.spec.name: slot for slot in own} for own in layout.by_layer]
        ),
        "head": translator.head(output, recipe.loss, network.output_shape),
        "columns": math.prod(network.input_shape),
        "outputs": math.prod(network.output_shape),
        "parameters": layout.size,
        "buffers": layout.buffer_size,
        "frozen": recipe.frozen,
    }
    if recipe.augmentation:
        changes = [translator.augmentation(each) for each in recipe.augmentation]
        settings |= {"augmentation": changes, "axes": _described_axes(recipe.axes)}
    found = dict.fromkeys(obstacles_of_searching(recipe)) | translator.found
    return settings, tuple(found)


def _dense(
    translator: _Translator, layer: Dense, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    return {
        "outputs": layer.units,
        "has_bias": layer.bias,
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset if layer.bias else 0,
        **translator.activation(layer.function, (layer.units,)),
        **_learned(layer.function, slots),
    }


def _convolution(
    translator: _Translator, layer: Conv1D | Conv2D, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    return {
        "channels": layer.channels,
        "groups": layer.groups,
        "has_bias": layer.bias,
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset if layer.bias else 0,
        **_planes(shape, layer.windows(shape)),
        **translator.activation(layer.function, layer.output_shape(shape)),
        **_learned(layer.function, slots),
    }


def _pool(
    translator: _Translator,
    layer: MaxPool | AveragePool,
    shape: Shape,
    slots: Mapping[str, Slot],
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
    translator: _Translator, layer: GlobalPool, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    return {"channels": shape[0], "is_maximum": layer.function == "max"}


def _channel_dropout(
    translator: _Translator, layer: ChannelDropout, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    return {"channels": shape[0], "rate": float(layer.rate)}


def _transpose(
    translator: _Translator, layer: Transpose, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    first, second = shape
    return {"first": first, "second": second}


def _upsample(
    translator: _Translator, layer: Upsample, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    channels, *lengths = shape
    before, after = ([1, 1, *axes][-2:] for axes in (lengths, layer.lengths(tuple(lengths))))
    return {
        "channels": channels,
        "in_height": before[0],
        "in_width": before[1],
        "out_height": after[0],
        "out_width": after[1],
    }


def _embedding(
    translator: _Translator, layer: Embedding, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    if layer.vocabulary_size > _MOST_TOKENS and translator.dtype == "float32":
        translator.found[_TOO_MANY_TOKENS] = None
    return {
        "vocabulary": layer.vocabulary_size,
        "dimension": layer.dimension,
        "weight": slots["weight"].offset,
    }


def _last_step(
    translator: _Translator, layer: LastStep, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    length, features = shape
    return {"length": length, "features": features}


def _recurrent(
    translator: _Translator, layer: Recurrent, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    """Describe the cell, and where the arrays of each direction lie."""
    length, features = shape
    cell = cast(Cell, layer.cell)  # resolved on creation
    # What is looked back over from the first position on anyway is no limit.
    truncation = layer.truncation if layer.truncation and layer.truncation < length else 0
    name = translator.name(CELLS, cell, _CELLS)
    return {
        "length": length,
        "features": features,
        "units": cell.units,
        "cell": f"rnn_{cell.activation}" if isinstance(cell, RNNCell) else name,
        "last": layer.last,
        "truncation": truncation,
        "ways": [
            {
                name: slots[direction.prefix + name].offset
                if direction.prefix + name in slots
                else 0
                for name in ("weight", "recurrent_weight", "bias", "recurrent_bias")
            }
            for direction in layer.directions
        ],
    }


def _positionwise_dense(
    translator: _Translator, layer: PositionwiseDense, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    """Describe a dense layer, to which each position is an example."""
    length, *features = shape
    return {"length": length, "dense": translator.layer(layer.dense, tuple(features), slots)}


def _positional_encoding(
    translator: _Translator, layer: PositionalEncoding, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    length, features = shape
    return {"length": length, "features": features}


def _attention(
    translator: _Translator, layer: Attention, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    """Describe the maps of Q, K, V and the output as the dense layers that they are."""
    length, features = shape
    map_, names = Dense(features), ("query", "key", "value", "output")
    return {
        "length": length,
        "features": features,
        "heads": layer.heads,
        "causal": layer.causal,
        "maps": [
            translator.layer(
                map_, (features,), {part: slots[f"{name}_{part}"] for part in ("weight", "bias")}
            )
            for name in names
        ],
    }


def _activation_layer(
    translator: _Translator, layer: Activation, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    function = cast(ActivationFunction, layer.function)  # resolved on creation
    return {**translator.activation(function, shape), **_learned(function, slots)}


def _learned(function: ActivationFunction, slots: Mapping[str, Slot]) -> dict[str, Any]:
    """Say where that lies which an activation learns, in the order in which it names it."""
    return {"learned": [{"place": slots[name].offset} for name in function.learned]}


def _rearrangement(
    translator: _Translator, layer: Layer, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    """The numbers of an example stay where they are: nothing to run."""
    return {"activation": "identity", "alpha": 0.0}


def _dropout(
    translator: _Translator, layer: Dropout, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    return {"rate": float(layer.rate)}


def _noise(
    translator: _Translator, layer: GaussianNoise, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    return {"deviation": float(layer.standard_deviation)}


def _batch_norm(
    translator: _Translator, layer: BatchNorm, shape: Shape, slots: Mapping[str, Slot]
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
    translator: _Translator, layer: LayerNorm, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    return {
        "features": shape[-1],
        "epsilon": float(layer.epsilon),
        "weight": slots["weight"].offset,
        "bias": slots["bias"].offset,
    }


def _rms_norm(
    translator: _Translator, layer: RMSNorm, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    weight = slots["weight"].offset
    return {"features": shape[-1], "epsilon": float(layer.epsilon), "weight": weight}


def _residual(
    translator: _Translator, block: Residual, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    """Describe both ways, whose slots are named ``"0.weight"`` and ``"shortcut.0.weight"``."""
    ways = {"layers": block.layers, "shortcut": block.shortcut}
    described = {}
    for way, layers in ways.items():
        inner: list[dict[str, Slot]] = [{} for _ in layers]
        for name, slot in slots.items():
            if name.startswith("shortcut.") == (way == "shortcut"):
                position, own = name.removeprefix("shortcut.").split(".", 1)
                inner[int(position)][own] = slot
        before = (shape, *output_shapes(layers, shape))[: len(layers)]
        described[way] = translator.layers(layers, before, inner)
    return described


def _nothing(
    translator: _Translator, layer: Layer, shape: Shape, slots: Mapping[str, Slot]
) -> dict[str, Any]:
    """Of a layer that the module does not know there is nothing to say."""
    return {}


Describe = Callable[[_Translator, Any, Shape, Mapping[str, Slot]], dict[str, Any]]

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
    Upsample: ("upsample", _upsample),
    Embedding: ("embedding", _embedding),
    LastStep: ("last_step", _last_step),
    Recurrent: ("recurrent", _recurrent),
    PositionwiseDense: ("positionwise_dense", _positionwise_dense),
    PositionalEncoding: ("positional_encoding", _positional_encoding),
    Attention: ("attention", _attention),
}
"""The name of each layer in the compiled module's table, and how it is described to it."""
