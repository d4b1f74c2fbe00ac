"""Convolutions of signals and images: the same small window of weights at every position.

What is computed is the cross-correlation, as in every library of neural networks: the kernel is not
flipped. One cell k of the kernel is a whole product W[k]·x[p·stride + k·dilation] over all
positions p, examples and channels at once, so that the loop over the cells is the sum over k of the
equation. `axone.layers.windows` says which positions each cell meets.
"""

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np

from axone.activations import ActivationFunction, Identity
from axone.arrays import BoolArray, FloatArray, Shape
from axone.bounds import MOST_UNITS
from axone.checks import check_integer
from axone.errors import ConfigurationError, ShapeError
from axone.initializers import Initializer, Zeros
from axone.layers.layer import (
    Context,
    Layer,
    LayerArrays,
    ParameterSpec,
    Passed,
    is_there,
    per_channel,
    present_in_signals,
)
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
from axone.layers.windows import (
    Field,
    PerAxis,
    Window,
    cells_within,
    checked_padding,
    checked_per_axis,
    per_axis,
    taps,
    windows_holding,
    windows_over,
    windows_there,
)
from axone.messages import Message, _
from axone.traced import Index, Traced, Working, products, summed


class ConvolutionCache(NamedTuple):
    """x with 0 for what is not there, z, a, and which positions of x are there, if not all."""

    x: FloatArray
    z: FloatArray
    a: FloatArray
    present: BoolArray | None


@dataclass(frozen=True)
class Convolution(Layer[ConvolutionCache]):
    """a = σ(z), z[p] = Σₖ W[k]·x[p·s + k·d] + b: what `Conv1D` and `Conv2D` are.

    With δ = ∂L/∂z: ∂L/∂W[k] = Σₚ δ[p]·x[p·s + k·d]ᵀ, ∂L/∂b = Σₚ δ[p], and, the full convolution,
    ∂L/∂x[i] = Σₖ W[k]ᵀ·δ[p] over the windows p that hold i, p·s + k·d = i (LeCun et al. 1989).
    """

    axes: ClassVar[int]
    """Along how many the windows move."""

    channels: int
    kernel_size: PerAxis
    activation: ActivationFunction | str | Mapping[str, Any] = field(default_factory=Identity)
    stride: PerAxis = 1
    padding: PerAxis | str = "valid"
    dilation: PerAxis = 1
    groups: int = 1
    initializer: Initializer | str | Mapping[str, Any] | None = None
    bias_initializer: Initializer | str | Mapping[str, Any] = field(default_factory=Zeros)
    bias: bool = True

    def __post_init__(self) -> None:
        for name in ("channels", "groups"):
            check_integer(name, getattr(self, name), at_least=1, at_most=MOST_UNITS)
            object.__setattr__(self, name, int(getattr(self, name)))
        pairs = self.axes == 2
        for name in ("kernel_size", "stride", "dilation"):
            value = checked_per_axis(name, getattr(self, name), at_least=1, pairs=pairs)
            object.__setattr__(self, name, value)
        padding = checked_padding(self.padding, self.kernel_size, self.dilation, pairs=pairs)
        object.__setattr__(self, "padding", padding)
        if self.channels % self.groups:
            raise ConfigurationError(
                _(
                    "channels must be a multiple of groups, which share them: {channels} is none "
                    "of {groups}.",
                    channels=self.channels,
                    groups=self.groups,
                )
            )
        resolve_settings(self)

    @property
    def function(self) -> ActivationFunction:
        """The activation function, resolved."""
        return function_of(self)

    def windows(self, input_shape: Shape) -> tuple[Window, ...]:
        """Return where the kernel is laid on examples of that shape, axis by axis."""
        return self._windows(input_shape[1:])

    def _windows(self, lengths: Shape) -> tuple[Window, ...]:
        return windows_over(lengths, self.kernel_size, self.stride, self.padding, self.dilation)

    @property
    def takes_mask(self) -> bool:
        return self.axes == 1

    def output_mask(self, mask: BoolArray) -> BoolArray:
        return windows_there(self._windows(mask.shape[1:]), mask)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1 + self.axes:
            raise self._wrong_axes(input_shape)
        if input_shape[0] % self.groups:
            raise ShapeError(
                _(
                    "it divides its input into {groups} groups, and examples of shape "
                    "{input_shape} have {channels} channels, no multiple: take other groups, or "
                    "give the layer before it as many channels.",
                    groups=self.groups,
                    input_shape=input_shape,
                    channels=input_shape[0],
                )
            )
        return (self.channels, *(window.outputs for window in self.windows(input_shape)))

    def _wrong_axes(self, input_shape: Shape) -> ShapeError:
        return ShapeError(
            _(
                "{kind} reads {wanted}, not examples of shape {input_shape}: {remedy}",
                kind=type(self).__name__,
                wanted=self._example(),
                input_shape=input_shape,
                remedy=self._remedy(input_shape),
            )
        )

    @abstractmethod
    def _example(self) -> Message:
        """Say what an example is."""

    @abstractmethod
    def _remedy(self, input_shape: Shape) -> Message:
        """Say what to do with examples of another number of axes."""

    def parameters(self, input_shape: Shape) -> tuple[ParameterSpec, ...]:
        kernel = per_axis(self.kernel_size, self.axes)
        inputs = input_shape[0] // self.groups
        cells = math.prod(kernel)
        # An input feeds the channels of its group alone, once through each cell.
        fan_in, fan_out = inputs * cells, self.channels // self.groups * cells
        return weight_specs(self, (self.channels, inputs, *kernel), fan_in, fan_out)

    def multiply_adds(self, input_shape: Shape) -> int:
        positions = math.prod(self.output_shape(input_shape)[1:])
        return positions * super().multiply_adds(input_shape)

    def receptive_field(self, input_shape: Shape) -> Field:
        return tuple(window.sight for window in self.windows(input_shape))

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, ConvolutionCache]:
        present = None
        if context.mask is not None:
            present = present_in_signals(type(self).__name__, context.mask, x)
            x = np.where(present, x, 0)
        z = correlate(x, parameters["weight"], self.windows(x.shape[1:]), self.groups)
        if self.bias:
            z += per_channel(parameters["bias"], z)
        a = self.function.bind(parameters).value(z)
        return a, ConvolutionCache(x, z, a, present)

    def backward(
        self, parameters: LayerArrays, cache: ConvolutionCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        delta = delta_of(self, parameters, cache, dy)
        windows = self.windows(cache.x.shape[1:])
        dx = convolve_fully(delta, parameters["weight"], windows, self.groups)
        if cache.present is not None:
            dx *= cache.present
        return dx, self._gradients(parameters, cache, delta, dy)

    def parameter_gradients(
        self, parameters: LayerArrays, cache: ConvolutionCache, dy: FloatArray
    ) -> dict[str, FloatArray]:
        delta = delta_of(self, parameters, cache, dy)
        return self._gradients(parameters, cache, delta, dy)

    def _gradients(
        self, parameters: LayerArrays, cache: ConvolutionCache, delta: FloatArray, dy: FloatArray
    ) -> dict[str, FloatArray]:
        windows = self.windows(cache.x.shape[1:])
        shape = parameters["weight"].shape
        gradients = {"weight": kernel_gradient(delta, cache.x, shape, windows, self.groups)}
        if self.bias:
            gradients["bias"] = delta.sum(axis=(0, *range(2, delta.ndim)))
        gradients.update(self.function.bind(parameters).learned_gradients(cache.z, dy))
        return gradients

    def dead_share(self, cache: ConvolutionCache) -> float:
        """Return the share of channels that were 0 on every row and at every position."""
        by_position = np.moveaxis(cache.a, 1, -1)
        return self.function.dead_share(by_position.reshape(-1, self.channels))

    def saturated_share(self, cache: ConvolutionCache) -> float:
        return self.function.saturated_share(cache.a)

    def split_activation(self) -> tuple[Layer, ActivationFunction]:
        return without_activation(self)

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: ConvolutionCache = passed.cache
        weight, x, windows = parameters["weight"], cache.x, self.windows(passed.x.shape[1:])
        inputs = weight.shape[1]

        def weighed(index: Index) -> Working:
            row, channel, *p = index
            own = self._inputs_of(channel, inputs)
            cells = list(cells_within(windows, tuple(p)))
            return products(
                [weight[(channel, j, *k)] for j in range(inputs) for k, _ in cells],
                [x[(row, own + j, *i)] for j in range(inputs) for _, i in cells],
            )

        return traced_sums(self, parameters, f"Σₖ W[k]·x[{self._place()}]", cache, weighed)

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: ConvolutionCache = passed.cache
        place, windows = self._place(), self.windows(cache.x.shape[1:])
        traced = traced_delta(self, parameters, cache, dy)
        weight, delta = parameters["weight"], traced.array
        inputs = weight.shape[1]

        def of_weight(index: Index) -> Working:
            channel, j, *k = index
            met = cache.x[:, self._inputs_of(channel, inputs) + j]
            for tap in taps(windows):
                if tap.kernel[1:] == tuple(k):
                    return products(delta[:, channel][tap.outputs], met[tap.inputs])
            return (0.0,)

        def of_bias(index: Index) -> Working:
            return summed(delta[:, index[0]])

        def of_x(index: Index) -> Working:
            row, channel, *i = index
            group, j = divmod(channel, inputs)
            if not is_there(cache.present, row, i[0]):
                return (0.0,)
            outputs = self.channels // self.groups
            own = range(group * outputs, (group + 1) * outputs)
            holding = list(windows_holding(windows, tuple(i)))
            return products(
                [weight[(c, j, *k)] for c in own for k, _ in holding],
                [delta[(row, c, *p)] for c in own for _, p in holding],
            )

        of_k = f"∂L/∂W[k] = Σₚ δ[p]·x[{place}]ᵀ"
        traced_weight = Traced("∂L/∂W", of_k, gradients["weight"], of_weight)
        steps = [traced, traced_weight]
        if self.bias:
            steps.append(Traced("∂L/∂b", "∂L/∂b = Σₚ δ[p]", gradients["bias"], of_bias))
        return (
            *steps,
            *traced_slopes(self.function, parameters, cache.z, dy, gradients),
            Traced("∂L/∂x", f"∂L/∂x[i] = Σₖ W[k]ᵀ·δ[p], {place} = i", dx, of_x),
        )

    def _inputs_of(self, channel: int, inputs: int) -> int:
        """Return the first of the input channels that an output channel sees."""
        return channel // (self.channels // self.groups) * inputs

    def _place(self) -> str:
        """Write where tap k of window p lies, as plainly as the settings allow: ``"p + k"``."""
        p = "p" if self.stride == 1 else f"p·{_written(self.stride)}"
        k = "k" if self.dilation == 1 else f"k·{_written(self.dilation)}"
        if self.padding in ("valid", 0):
            return f"{p} + {k}"
        before = "before" if self.padding == "same" else _written(self.padding)
        return f"{p} + {k} − {before}"


@dataclass(frozen=True)
class Conv1D(Convolution):
    """Signals ``(channels, length)``: z[c, p] = Σⱼ,ₖ W[c, j, k]·x[j, p·s + k·d] + b[c], a = σ(z).

    Parameters
    ----------
    channels : int
        Of the output, C. W is (C, channels of the input/groups, kernel_size), b is (C,).
    kernel_size : int
        Taps k of a window.
    activation : str, mapping or ActivationFunction, default "identity"
        σ; softmax is over the channels of each position.
    stride : int, default 1
        s, positions from one window to the next.
    padding : {"valid", "same"} or int, default "valid"
        No window beyond the signal; as many outputs as ⌈length/stride⌉, the smaller half of what
        is missing before the signal; or so many zeros on both sides.
    dilation : int, default 1
        d, positions from one tap to the next (van den Oord et al. 2016).
    groups : int, default 1
        Into which channels are divided, so that an output channel sees those of its own group
        alone; as many as there are channels make the convolution depthwise.
    initializer : str, mapping or Initializer, optional
        Of W. By default the one that suits σ: He for the ReLU family, Glorot for the others,
        LeCun for SELU.
    bias_initializer : str, mapping or Initializer, default "zeros"
    bias : bool, default True
        Whether there is a b.

    Notes
    -----
    Under a mask, what is not there counts as 0, as padding does, and an output is there if any
    position of its window is.

    Examples
    --------
    >>> Conv1D(16, 3, "relu").output_shape((1, 10))
    (16, 8)
    """

    axes: ClassVar[int] = 1

    def _example(self) -> Message:
        return _("signals (channels, length)")

    def _remedy(self, input_shape: Shape) -> Message:
        if len(input_shape) == 1:
            return _("put Reshape({shape}) before it.", shape=(1, *input_shape))
        if len(input_shape) == 3:
            return _("take Conv2D for images.")
        return _("put Reshape((channels, length)) before it.")


@dataclass(frozen=True)
class Conv2D(Convolution):
    """Images ``(channels, height, width)``: z[c, p] = Σⱼ,ₖ W[c, j, k]·x[j, p·s + k·d] + b[c].

    Positions p and cells k of the kernel are pairs, of rows and columns; a = σ(z).

    Parameters
    ----------
    channels : int
        Of the output, C. W is (C, channels of the input/groups, *kernel_size), b is (C,).
    kernel_size : int or pair of int
        Rows and columns of a window; one number is both.
    activation : str, mapping or ActivationFunction, default "identity"
        σ; softmax is over the channels of each position.
    stride : int or pair of int, default 1
        s, rows and columns from one window to the next.
    padding : {"valid", "same"}, int or pair of int, default "valid"
        No window beyond the image; ⌈height/stride⌉ by ⌈width/stride⌉ outputs, the smaller half of
        what is missing above and on the left; or so many zeros on all sides.
    dilation : int or pair of int, default 1
        d, rows and columns from one cell of the kernel to the next.
    groups, initializer, bias_initializer, bias
        As in `Conv1D`.

    Examples
    --------
    >>> Conv2D(6, 5, "tanh").output_shape((1, 28, 28))
    (6, 24, 24)
    """

    axes: ClassVar[int] = 2

    def _example(self) -> Message:
        return _("images (channels, height, width)")

    def _remedy(self, input_shape: Shape) -> Message:
        if len(input_shape) == 1:
            (numbers,) = input_shape
            for channels in (1, 3):  # grey or red, green and blue, of square images
                side = math.isqrt(numbers // channels)
                if channels * side * side == numbers:
                    shape = (channels, side, side)
                    return _("put Reshape({shape}) before it.", shape=shape)
        if len(input_shape) == 2:
            return _(
                "put Reshape({shape}) before it, or take Conv1D for signals (channels, length).",
                shape=(1, *input_shape),
            )
        return _("put Reshape((channels, height, width)) before it.")


def correlate(
    x: FloatArray, weight: FloatArray, windows: Sequence[Window], groups: int
) -> FloatArray:
    """Return z[p] = Σₖ W[k]·x[p·s + k·d] for x of shape (m, channels, …)."""
    inputs, kernel = _by_group(x, groups), _by_group_of_weights(weight, groups)
    outputs = (window.outputs for window in windows)
    z = np.zeros((*kernel.shape[:2], len(x), *outputs), x.dtype)
    for tap in taps(windows):
        z[tap.outputs] += _product(kernel[tap.kernel], inputs[tap.inputs])
    return _by_example(z)


def kernel_gradient(
    delta: FloatArray, x: FloatArray, shape: Shape, windows: Sequence[Window], groups: int
) -> FloatArray:
    """Return ∂L/∂W[k] = Σₚ δ[p]·x[p·s + k·d]ᵀ, of the shape of W, summed over the examples."""
    inputs, deltas = _by_group(x, groups), _by_group(delta, groups)
    gradient = np.zeros((groups, shape[0] // groups, *shape[1:]), x.dtype)
    for tap in taps(windows):
        at_windows, met = deltas[tap.outputs], inputs[tap.inputs]
        gradient[tap.kernel] = _in_a_row(at_windows) @ _in_a_row(met).swapaxes(1, 2)
    return gradient.reshape(shape)


def convolve_fully(
    delta: FloatArray, weight: FloatArray, windows: Sequence[Window], groups: int
) -> FloatArray:
    """Return ∂L/∂x[p·s + k·d] = Σₖ W[k]ᵀ·δ[p]: what each window sends back to its positions."""
    deltas, kernel = _by_group(delta, groups), _by_group_of_weights(weight, groups)
    lengths = (window.length for window in windows)
    dx = np.zeros((groups, kernel.shape[2], len(delta), *lengths), delta.dtype)
    for tap in taps(windows):
        transposed = kernel[tap.kernel].swapaxes(1, 2)
        dx[tap.inputs] += _product(transposed, deltas[tap.outputs])
    return _by_example(dx)


def _by_group(x: FloatArray, groups: int) -> FloatArray:
    """Bring (m, channels, …) to (groups, channels of a group, m, …): a product for all examples."""
    rows, channels, *lengths = x.shape
    return np.moveaxis(x.reshape(rows, groups, channels // groups, *lengths), 0, 2)


def _by_group_of_weights(weight: FloatArray, groups: int) -> FloatArray:
    """Bring (channels, inputs of a group, *kernel) to (groups, channels of a group, inputs, …)."""
    return weight.reshape(groups, len(weight) // groups, *weight.shape[1:])


def _by_example(x: FloatArray) -> FloatArray:
    """Bring (groups, channels of a group, m, …) back to (m, channels, …)."""
    groups, channels, rows, *lengths = x.shape
    return np.moveaxis(x, 2, 0).reshape(rows, groups * channels, *lengths)


def _in_a_row(x: FloatArray) -> FloatArray:
    """Bring examples and positions to one axis: (groups, channels, positions of all examples)."""
    return x.reshape(*x.shape[:2], -1)


def _product(weight: FloatArray, x: FloatArray) -> FloatArray:
    """Return W·x for every group, example and position: (g, o, i) and (g, i, …) give (g, o, …)."""
    return (weight @ _in_a_row(x)).reshape(*weight.shape[:2], *x.shape[2:])


def _written(setting: PerAxis | str) -> str:
    return str(setting).replace(" ", "")
