"""Pools: the largest or the mean of what a window holds, or of all that a channel holds.

A pool goes by the shape it meets: signals ``(channels, length)`` and images ``(channels, height,
width)``. What is not there, because it is padding or because a mask leaves it out, never counts:
it is neither a candidate for the maximum nor a summand of the mean. `axone.layers.windows` says
which positions each cell of a window meets.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from axone.arrays import BoolArray, FloatArray, IntArray, Shape
from axone.checks import check_choice
from axone.errors import ShapeError
from axone.layers.layer import (
    Cache,
    Context,
    Layer,
    LayerArrays,
    Passed,
    is_there,
    present_in_signals,
)
from axone.layers.windows import (
    Field,
    PerAxis,
    Window,
    cells_within,
    checked_padding,
    checked_per_axis,
    taps,
    windows_holding,
    windows_over,
    windows_there,
)
from axone.messages import _
from axone.traced import Index, Traced, Working, averaged, largest_of, products, summed

_NOBODY = -1
"""The winner of a window in which nothing is there."""


@dataclass(frozen=True)
class Pool(Layer[Cache]):
    """What `MaxPool` and `AveragePool` share: windows, and masks through them."""

    size: PerAxis = 2
    stride: PerAxis | None = None
    padding: PerAxis | str = "valid"

    def __post_init__(self) -> None:
        size = checked_per_axis("size", self.size, at_least=1, pairs=True)
        object.__setattr__(self, "size", size)
        if self.stride is not None:
            stride = checked_per_axis("stride", self.stride, at_least=1, pairs=True)
            object.__setattr__(self, "stride", stride)
        object.__setattr__(self, "padding", checked_padding(self.padding, size, pairs=True))

    def windows(self, input_shape: Shape) -> tuple[Window, ...]:
        """Return where the windows are laid on examples of that shape, axis by axis."""
        return self._windows(input_shape[1:])

    def _windows(self, lengths: Shape) -> tuple[Window, ...]:
        stride = self.size if self.stride is None else self.stride
        return windows_over(lengths, self.size, stride, self.padding)

    @property
    def takes_mask(self) -> bool:
        return True

    def output_mask(self, mask: BoolArray) -> BoolArray:
        return windows_there(self._windows(mask.shape[1:]), mask)

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) not in {2, 3}:
            raise ShapeError(
                _(
                    "{kind} reads signals (channels, length) or images (channels, height, width), "
                    "not examples of shape {input_shape}: put it before Flatten(), or a Reshape "
                    "before it.",
                    kind=type(self).__name__,
                    input_shape=input_shape,
                )
            )
        return (input_shape[0], *(window.outputs for window in self.windows(input_shape)))

    def receptive_field(self, input_shape: Shape) -> Field:
        return tuple(window.sight for window in self.windows(input_shape))


class MaxPoolCache(NamedTuple):
    """The shape of x, and the number of the tap that won each window, −1 where nothing is there."""

    shape: tuple[int, ...]
    winner: IntArray


@dataclass(frozen=True)
class MaxPool(Pool[MaxPoolCache]):
    """y[p] = maxₖ x[p·s + k], the largest of each window, channel by channel (Riesenhuber 1999).

    ∂L/∂y[p] goes to the position that won, the first of equals, and to no other.

    Parameters
    ----------
    size : int or pair of int, default 2
        Positions k of a window; of images one number is height and width.
    stride : int or pair of int, optional
        s, from one window to the next; by default the size, so that windows do not overlap.
    padding : {"valid", "same"}, int or pair of int, default "valid"
        As in `Conv1D`; padding never wins.

    Notes
    -----
    Under a mask, positions that are there compete alone; an output is there if any of its window
    is, and 0 elsewhere.

    Examples
    --------
    >>> MaxPool(2).output_shape((16, 8))
    (16, 4)
    """

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, MaxPoolCache]:
        there = _present(self, x, context)
        shape = (*x.shape[:2], *(window.outputs for window in self.windows(x.shape[1:])))
        y, winner = np.zeros(shape, x.dtype), np.full(shape, _NOBODY, np.int32)
        for number, tap in enumerate(taps(self.windows(x.shape[1:]))):
            candidate, best = x[tap.inputs], y[tap.outputs]
            # NaN, which compares with nothing, wins: it must not vanish.
            wins = (candidate > best) | np.isnan(candidate) | (winner[tap.outputs] == _NOBODY)
            if there is not None:
                wins &= there[tap.inputs]
            y[tap.outputs] = np.where(wins, candidate, best)
            winner[tap.outputs][wins] = number
        return y, MaxPoolCache(x.shape, winner)

    def backward(
        self, parameters: LayerArrays, cache: MaxPoolCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        dx = np.zeros(cache.shape, dy.dtype)
        for number, tap in enumerate(taps(self.windows(cache.shape[1:]))):
            won = cache.winner[tap.outputs] == number
            dx[tap.inputs] += np.where(won, dy[tap.outputs], 0)
        return dx, {}

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: MaxPoolCache = passed.cache
        windows, there = self.windows(cache.shape[1:]), _present(self, passed.x, passed.context)
        numbers = {tap.kernel[1:]: number for number, tap in enumerate(taps(windows))}

        def of_y(index: Index) -> Working:
            row, channel, *p = index
            candidates = [
                (numbers[k], passed.x[(row, channel, *i)])
                for k, i in cells_within(windows, tuple(p))
                if is_there(there, row, i[0])
            ]
            if not candidates:
                return (0.0,)
            taken, values = zip(*candidates, strict=True)
            return largest_of(values, taken.index(cache.winner[index]))

        return (
            Traced("k*", "k*[p] = argmaxₖ x[p·s + k]", cache.winner),
            Traced("y", "y[p] = maxₖ x[p·s + k] = x[p·s + k*[p]]", passed.y, of_y),
        )

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: MaxPoolCache = passed.cache
        windows = self.windows(cache.shape[1:])
        numbers = {tap.kernel[1:]: number for number, tap in enumerate(taps(windows))}

        def of_x(index: Index) -> Working:
            row, channel, *i = index
            holding = ((numbers[k], (row, channel, *p)) for k, p in windows_holding(windows, (*i,)))
            return summed([dy[p] for number, p in holding if cache.winner[p] == number])

        return (Traced("∂L/∂x", "∂L/∂x[i] = Σ ∂L/∂y[p] over the p that i won", dx, of_x),)


class AveragePoolCache(NamedTuple):
    """The shape of x, how many cells of each window are there, and which cells, if not all."""

    shape: tuple[int, ...]
    cells: FloatArray
    present: BoolArray | None


@dataclass(frozen=True)
class AveragePool(Pool[AveragePoolCache]):
    """y[p] = Σₖ x[p·s + k]/n[p], n the cells of the window that are there (LeCun et al. 1989).

    ∂L/∂x[i] = Σ ∂L/∂y[p]/n[p] over the windows p that hold i.

    Parameters
    ----------
    size : int or pair of int, default 2
        Positions k of a window; of images one number is height and width.
    stride : int or pair of int, optional
        s, from one window to the next; by default the size, so that windows do not overlap.
    padding : {"valid", "same"}, int or pair of int, default "valid"
        As in `Conv1D`; padding is not counted.

    Notes
    -----
    Under a mask, the mean is over positions that are there; an output is there if any of its
    window is, and 0 elsewhere.
    """

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, AveragePoolCache]:
        present = _present(self, x, context)
        ones = np.ones_like(x[:1, :1]) if present is None else present.astype(x.dtype)
        x = x if present is None else np.where(present, x, 0)
        outputs = tuple(window.outputs for window in self.windows(x.shape[1:]))
        total = np.zeros((*x.shape[:2], *outputs), x.dtype)
        count = np.zeros((*ones.shape[:2], *outputs), x.dtype)
        for tap in taps(self.windows(x.shape[1:])):
            total[tap.outputs] += x[tap.inputs]
            count[tap.outputs] += ones[tap.inputs]
        count = np.maximum(count, 1)  # a window of nothing: 0/1
        return total / count, AveragePoolCache(x.shape, count, present)

    def backward(
        self, parameters: LayerArrays, cache: AveragePoolCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        share = dy / cache.cells
        dx = np.zeros(cache.shape, dy.dtype)
        for tap in taps(self.windows(cache.shape[1:])):
            dx[tap.inputs] += share[tap.outputs]
        if cache.present is not None:
            dx *= cache.present
        return dx, {}

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        cache: AveragePoolCache = passed.cache
        windows, there = self.windows(cache.shape[1:]), cache.present

        def of_y(index: Index) -> Working:
            row, channel, *p = index
            held = [
                passed.x[(row, channel, *i)]
                for _, i in cells_within(windows, tuple(p))
                if is_there(there, row, i[0])
            ]
            return averaged(held)

        return (
            Traced("n", "n[p] = cells of window p that are there", cache.cells),
            Traced("y", "y[p] = Σₖ x[p·s + k]/n[p]", passed.y, of_y),
        )

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: AveragePoolCache = passed.cache
        windows, cells = self.windows(cache.shape[1:]), np.broadcast_to(cache.cells, dy.shape)

        def of_x(index: Index) -> Working:
            row, channel, *i = index
            if not is_there(cache.present, row, i[0]):
                return (0.0,)
            holding = [(row, channel, *p) for _, p in windows_holding(windows, tuple(i))]
            return products([dy[p] for p in holding], [1 / cells[p] for p in holding])

        return (Traced("∂L/∂x", "∂L/∂x[i] = Σ ∂L/∂y[p]/n[p] over the p that hold i", dx, of_x),)


class GlobalPoolCache(NamedTuple):
    """The shape of x, and each position's share of y: 1/n, or 1 where it won."""

    shape: tuple[int, ...]
    share: FloatArray


@dataclass(frozen=True)
class GlobalPool(Layer[GlobalPoolCache]):
    """y[c] = the mean, or the largest, of channel c: (channels, …) → (channels,) (Lin et al. 2014).

    A network behind it takes signals of any length. The mask ends here: positions that are there
    count alone. Of equals the first gets the gradient of the largest.

    Parameters
    ----------
    function : {"average", "max"}, default "average"
    """

    function: Literal["average", "max"] = "average"

    def __post_init__(self) -> None:
        check_choice("function", self.function, ("average", "max"))

    @property
    def takes_mask(self) -> bool:
        return True

    def output_mask(self, mask: BoolArray) -> None:
        return None

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) < 2:
            raise ShapeError(
                _(
                    "GlobalPool reads signals (channels, length) or images (channels, height, "
                    "width), not examples of shape {input_shape}: leave it out.",
                    input_shape=input_shape,
                )
            )
        return input_shape[:1]

    def receptive_field(self, input_shape: Shape) -> Field:
        return None

    def forward(
        self, parameters: LayerArrays, x: FloatArray, context: Context
    ) -> tuple[FloatArray, GlobalPoolCache]:
        present = _present(self, x, context)
        shape, x = x.shape, x.reshape(*x.shape[:2], -1)
        present = np.ones((1, 1, x.shape[2]), bool) if present is None else present
        pool = _mean if self.function == "average" else _largest
        y, share = pool(present, np.where(present, x, 0))
        return y, GlobalPoolCache(shape, share)

    def backward(
        self, parameters: LayerArrays, cache: GlobalPoolCache, dy: FloatArray
    ) -> tuple[FloatArray, dict[str, FloatArray]]:
        rows, channels, *_ = cache.shape
        dx = dy[:, :, None] * cache.share
        return np.broadcast_to(dx, (rows, channels, dx.shape[2])).reshape(cache.shape), {}

    def trace(self, parameters: LayerArrays, passed: Passed) -> tuple[Traced, ...]:
        there = _present(self, passed.x, passed.context)

        def of_y(index: Index) -> Working:
            row, channel = index
            cells = passed.x[row, channel].ravel()
            if there is not None:
                cells = cells[there[row, 0]]
            if not len(cells):
                return (0.0,)
            if self.function == "max":
                return largest_of(cells.tolist(), int(cells.argmax()))
            return averaged(cells)

        if self.function == "average":
            return (Traced("y", "y[c] = Σₚ x[c, p]/n", passed.y, of_y),)
        return (Traced("y", "y[c] = maxₚ x[c, p]", passed.y, of_y),)

    def trace_back(
        self,
        parameters: LayerArrays,
        passed: Passed,
        dy: FloatArray,
        dx: FloatArray,
        gradients: LayerArrays,
    ) -> tuple[Traced, ...]:
        cache: GlobalPoolCache = passed.cache
        shares = np.broadcast_to(cache.share, (*dy.shape, cache.share.shape[2]))
        shares = shares.reshape(cache.shape)

        def of_x(index: Index) -> Working:
            return (float(dy[index[:2]]), "·", float(shares[index]))

        equation = "∂L/∂x[c, p] = ∂L/∂y[c]/n"
        if self.function == "max":
            equation = "∂L/∂x[c, p] = ∂L/∂y[c]·1(p won)"
        return (Traced("∂L/∂x", equation, dx, of_x),)


def _mean(present: BoolArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean of x, which is 0 where nothing is there, and 1/n at the n that are there."""
    share = (present / np.maximum(present.sum(axis=2, keepdims=True), 1)).astype(x.dtype)
    return (x * share).sum(axis=2), share


def _largest(present: BoolArray, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the largest x that is there, and 1 at the first of its positions."""
    first = np.where(present, x, -np.inf).argmax(axis=2)
    won = (np.arange(x.shape[2]) == first[:, :, None]) & present
    return np.where(won, x, 0).sum(axis=2), won.astype(x.dtype)


def _present(layer: Layer, x: FloatArray, context: Context) -> BoolArray | None:
    if context.mask is None:
        return None
    return present_in_signals(type(layer).__name__, context.mask, x)
