"""Layers and activations as PyTorch's modules in source, a line of a table each.

What `axone.engines.torch.translation` makes of them, a person would write so; what is in no table
is beyond a script. Nothing here imports PyTorch.
"""

from collections.abc import Callable, Sequence
from typing import Any

from axone.activations import (
    ELU,
    GELU,
    SELU,
    ActivationFunction,
    GELUTanh,
    Identity,
    LeakyReLU,
    PReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Softplus,
    Swish,
    Tanh,
)
from axone.arrays import Shape
from axone.code.writing import call, named
from axone.layers import (
    Activation,
    AveragePool,
    BatchNorm,
    ChannelDropout,
    Conv1D,
    Conv2D,
    Convolution,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GaussianNoise,
    GlobalPool,
    GRUCell,
    LastStep,
    Layer,
    LayerNorm,
    LSTMCell,
    MaxPool,
    PositionwiseDense,
    Recurrent,
    Reshape,
    Residual,
    RMSNorm,
    RNNCell,
    Transpose,
    Upsample,
)
from axone.layers.sequence import output_shapes
from axone.layers.windows import Window, reach
from axone.messages import Message, _
from axone.registry import name_of

HELPERS = {
    "Residual": """\
class Residual(nn.Module):
    def __init__(self, inner, shortcut):
        super().__init__()
        self.inner, self.shortcut = inner, shortcut

    def forward(self, x):
        return self.shortcut(x) + self.inner(x)""",
    "Noise": """\
class Noise(nn.Module):
    def __init__(self, deviation):
        super().__init__()
        self.deviation = deviation

    def forward(self, x):
        return x + self.deviation * torch.randn_like(x) if self.training else x""",
    "Transpose": """\
class Transpose(nn.Module):
    def forward(self, x):
        return x.transpose(1, 2)""",
    "LastStep": """\
class LastStep(nn.Module):
    def forward(self, x):
        return x[:, -1]""",
    "Every": '''\
class Every(nn.Module):
    """What a recurrent module says at every position."""

    def __init__(self, recurrent):
        super().__init__()
        self.recurrent = recurrent

    def forward(self, x):
        return self.recurrent(x)[0]''',
    "Last": '''\
class Last(nn.Module):
    """Where each direction of a recurrent module ends."""

    def __init__(self, recurrent):
        super().__init__()
        self.recurrent = recurrent

    def forward(self, x):
        state = self.recurrent(x)[1]
        hidden = state[0] if isinstance(state, tuple) else state
        return torch.cat(tuple(hidden), dim=1)''',
}
"""Modules that PyTorch has no class for, by the name that the source of layers calls."""


class _BeyondError(Exception):
    """A setting of a layer that PyTorch's module does not have."""

    def __init__(self, thing: Message) -> None:
        super().__init__(thing)
        self.thing = thing


def _no_settings(name: str) -> Callable[[Any], list[str]]:
    return lambda _function: [f"nn.{name}()"]


ACTIVATIONS: dict[type[ActivationFunction], Callable[[Any], list[str]]] = {
    Identity: lambda _function: [],
    Sigmoid: _no_settings("Sigmoid"),
    Tanh: _no_settings("Tanh"),
    ReLU: _no_settings("ReLU"),
    LeakyReLU: lambda function: [call("nn.LeakyReLU", [repr(float(function.alpha))])],
    PReLU: lambda function: [call("nn.PReLU", named(init=float(function.alpha)))],
    ELU: lambda function: [call("nn.ELU", [repr(float(function.alpha))])],
    SELU: _no_settings("SELU"),
    GELU: _no_settings("GELU"),
    GELUTanh: lambda _function: ['nn.GELU(approximate="tanh")'],
    Swish: _no_settings("SiLU"),
    Softplus: _no_settings("Softplus"),
    Softmax: lambda _function: ["nn.Softmax(dim=1)"],
}


def _activation(function: Any) -> list[str]:
    if type(function) not in ACTIVATIONS:
        raise _BeyondError(_("the activation {name}", name=name_of(function)))
    return ACTIVATIONS[type(function)](function)


def _biased(layer: Any) -> list[str]:
    return [] if layer.bias else ["bias=False"]


def _dense(layer: Dense, shape: Shape) -> list[str]:
    linear = call("nn.Linear", [str(shape[-1]), str(layer.units), *_biased(layer)])
    return [linear, *_activation(layer.function)]


def _per_axis(numbers: Sequence[int]) -> str:
    """Return one number where all are alike, a pair otherwise."""
    return str(numbers[0]) if len(set(numbers)) == 1 else repr(tuple(numbers))


def _own_padding(windows: Sequence[Window]) -> list[int] | None:
    """Return PyTorch's `padding` that makes the same windows; None where it knows none."""
    for window in windows:
        whole = window.length + 2 * window.before - reach(window.size, window.dilation)
        if whole // window.stride + 1 != window.outputs:
            return None
    return [window.before for window in windows]


def _padded_apart(windows: Sequence[Window], filled: str) -> str:
    """Return a module that pads each side for itself; PyTorch counts from the last axis."""
    sides = tuple(side for window in reversed(windows) for side in window.sides)
    return call(f"nn.ConstantPad{len(windows)}d", [repr(sides), filled])


def _windowed(
    head: str, first: list[str], windows: Sequence[Window], more: list[str], filled: str
) -> list[str]:
    """Return a convolution or a pool, where need be after a module that pads."""
    padding = _own_padding(windows)
    row = [] if padding is not None else [_padded_apart(windows, filled)]
    if padding is not None and any(padding):
        more = [f"padding={_per_axis(padding)}", *more]
    return [*row, call(head, [*first, *more])]


def _convolution(layer: Convolution, shape: Shape) -> list[str]:
    windows = layer.windows(shape)
    first = [str(shape[0]), str(layer.channels), _per_axis([w.size for w in windows])]
    more = []
    if any(window.stride > 1 for window in windows):
        more.append(f"stride={_per_axis([w.stride for w in windows])}")
    if any(window.dilation > 1 for window in windows):
        more.append(f"dilation={_per_axis([w.dilation for w in windows])}")
    more += named(groups=layer.groups) if layer.groups > 1 else []
    row = _windowed(f"nn.Conv{layer.axes}d", first, windows, [*more, *_biased(layer)], "0.0")
    return [*row, *_activation(layer.function)]


def _pool_numbers(windows: Sequence[Window]) -> list[str]:
    sizes, strides = ([w.size for w in windows], [w.stride for w in windows])
    stride = [] if sizes == strides else [f"stride={_per_axis(strides)}"]
    return [_per_axis(sizes), *stride]


def _max_pool(layer: MaxPool, shape: Shape) -> list[str]:
    windows = layer.windows(shape)
    head = f"nn.MaxPool{len(windows)}d"
    if any(2 * window.before > window.size for window in windows):
        return [_padded_apart(windows, 'float("-inf")'), call(head, _pool_numbers(windows))]
    return _windowed(head, _pool_numbers(windows), windows, [], 'float("-inf")')


def _average_pool(layer: AveragePool, shape: Shape) -> list[str]:
    windows = layer.windows(shape)
    padding = _own_padding(windows)
    if padding is None or any(2 * window.before > window.size for window in windows):
        raise _BeyondError(_("an average_pool padded on one side more than on the other"))
    more = [f"padding={_per_axis(padding)}", "count_include_pad=False"] if any(padding) else []
    return [call(f"nn.AvgPool{len(windows)}d", [*_pool_numbers(windows), *more])]


def _global_pool(layer: GlobalPool, shape: Shape) -> list[str]:
    kind = "Avg" if layer.function == "average" else "Max"
    return [f"nn.Adaptive{kind}Pool{len(shape) - 1}d(1)", "nn.Flatten()"]


def _batch_norm(layer: BatchNorm, shape: Shape) -> list[str]:
    share = float(f"{1 - layer.momentum:.14g}")
    words = [str(shape[0])]
    words += named(eps=layer.epsilon) if layer.epsilon != 1e-5 else []
    words += named(momentum=share) if share != 0.1 else []
    return [call(f"nn.BatchNorm{max(1, len(shape) - 1)}d", words)]


def _dropout(layer: Dropout, shape: Shape) -> list[str]:
    return [f"nn.Dropout({layer.rate!r})"] if layer.is_random else []


def _channel_dropout(layer: ChannelDropout, shape: Shape) -> list[str]:
    return [f"nn.Dropout{len(shape) - 1}d({layer.rate!r})"] if layer.is_random else []


def _noise(layer: GaussianNoise, shape: Shape) -> list[str]:
    return [f"Noise({layer.standard_deviation!r})"] if layer.is_random else []


def _norm(name: str) -> Callable[[Any, Shape], list[str]]:
    return lambda layer, shape: [call(f"nn.{name}", [str(shape[-1]), *named(eps=layer.epsilon)])]


def _reshape(layer: Reshape, shape: Shape) -> list[str]:
    flat = ["nn.Flatten()"] if len(shape) > 1 else []
    return [*flat, f"nn.Unflatten(1, {tuple(map(int, layer.shape))!r})"]


def _upsample(layer: Upsample, shape: Shape) -> list[str]:
    return [f"nn.Upsample(size={tuple(layer.lengths(shape[1:]))!r})"]


def _residual(block: Residual, shape: Shape) -> list[str]:
    inner, short = modules(block.layers, shape), modules(block.shortcut, shape)
    words = [call("nn.Sequential", inner, broken=True)]
    words.append(call("nn.Sequential", short, broken=True) if short else "nn.Identity()")
    return [call("Residual", words)]


_CELLS: dict[type, str] = {RNNCell: "nn.RNN", LSTMCell: "nn.LSTM", GRUCell: "nn.GRU"}


def _recurrent(layer: Recurrent, shape: Shape) -> list[str]:
    cell: Any = layer.cell
    if type(cell) not in _CELLS:
        raise _BeyondError(_("the cell {name}", name=name_of(cell)))
    if layer.truncation is not None:
        raise _BeyondError(_("truncated backpropagation through time"))
    words = [str(shape[-1]), str(cell.units), "batch_first=True"]
    words += ["bidirectional=True"] if layer.bidirectional else []
    if isinstance(cell, RNNCell) and cell.activation != "tanh":
        words += named(nonlinearity=cell.activation)
    return [call("Last" if layer.last else "Every", [call(_CELLS[type(cell)], words)])]


LAYERS: dict[type[Layer], Callable[[Any, Shape], list[str]]] = {
    Dense: _dense,
    Activation: lambda layer, shape: _activation(layer.function),
    Dropout: _dropout,
    ChannelDropout: _channel_dropout,
    GaussianNoise: _noise,
    BatchNorm: _batch_norm,
    LayerNorm: _norm("LayerNorm"),
    RMSNorm: _norm("RMSNorm"),
    Flatten: lambda layer, shape: ["nn.Flatten()"],
    Reshape: _reshape,
    Transpose: lambda layer, shape: ["Transpose()"],
    Upsample: _upsample,
    Conv1D: _convolution,
    Conv2D: _convolution,
    MaxPool: _max_pool,
    AveragePool: _average_pool,
    GlobalPool: _global_pool,
    Residual: _residual,
    Embedding: lambda layer, shape: [f"nn.Embedding({layer.vocabulary_size}, {layer.dimension})"],
    PositionwiseDense: _dense,
    Recurrent: _recurrent,
    LastStep: lambda layer, shape: ["LastStep()"],
}


def modules(layers: Sequence[Layer], shape: Shape) -> list[str]:
    """Return layers in a row as the arguments of `nn.Sequential`.

    Parameters
    ----------
    layers : sequence of Layer
        All of them such that `beyond` finds nothing.
    shape : tuple of int
        Of an example before the first.

    Examples
    --------
    >>> modules([Dense(3, "relu"), Dropout(0.5)], (4,))
    ['nn.Linear(4, 3)', 'nn.ReLU()', 'nn.Dropout(0.5)']
    """
    before = (shape, *output_shapes(layers, shape))
    return [
        module
        for position, layer in enumerate(layers)
        for module in LAYERS[type(layer)](layer, before[position])
    ]


def beyond(layers: Sequence[Layer], shape: Shape) -> tuple[Message, ...]:
    """Return what of layers in a row is beyond PyTorch's modules."""
    found: list[Message] = []
    before = (shape, *output_shapes(layers, shape))
    for position, layer in enumerate(layers):
        if isinstance(layer, Residual):
            found += beyond(layer.layers, before[position])
            found += beyond(layer.shortcut, before[position])
        elif type(layer) not in LAYERS:
            found.append(_("the layer {kind}", kind=type(layer).__name__))
        else:
            try:
                LAYERS[type(layer)](layer, before[position])
            except _BeyondError as error:
                found.append(error.thing)
    return tuple(dict.fromkeys(found))
