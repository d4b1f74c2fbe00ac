"""Windows along the axes of a signal or an image: where a convolution and a pool look.

Window p holds the input positions i = p·stride + k·dilation − before, one for each of its taps
k = 0 … size − 1. Taps outside the input meet nothing: that is what padding amounts to, zeros to a
convolution and no cells to a pool, and no padded array is ever made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from axone.arrays import BoolArray, Shape
from axone.bounds import MOST_UNITS
from axone.checks import check_choice, check_integer
from axone.errors import ConfigurationError, ShapeError
from axone.messages import _

PerAxis = int | Sequence[int]
"""One number for every axis, or a pair: (height, width)."""

_AXES = {1: ("",), 2: ("height ", "width ")}


class Tap(NamedTuple):
    """One cell of the kernel: all windows for which it lies within the input, at once.

    Each field indexes the last axes of an array.

    Attributes
    ----------
    kernel : tuple
        The cell, k.
    outputs : tuple
        The windows p, as slices.
    inputs : tuple
        Their input positions p·stride + k·dilation − before, as slices.
    """

    kernel: tuple[Any, ...]
    outputs: tuple[Any, ...]
    inputs: tuple[Any, ...]


class Sight(NamedTuple):
    """What one position sees of the positions before some layers, along one axis.

    Attributes
    ----------
    reach : int
        From the first position that it sees to the last.
    stride : int
        By how many positions the next one sees further.
    """

    reach: int
    stride: int

    def through(self, layer: "Sight") -> "Sight":
        """Return the sight after one more layer: each of its taps is a whole sight apart."""
        return Sight(self.reach + (layer.reach - 1) * self.stride, self.stride * layer.stride)


Field = tuple[Sight, ...] | None
"""A receptive field, an axis each: () where a position sees itself alone, None where all of it."""


def composed(before: Field, layer: Field) -> Field:
    """Return the receptive field behind a layer, given the one before it and the layer's own."""
    if before is None or layer is None:
        return None
    if not before or not layer:
        return before or layer
    if len(before) != len(layer):
        return None
    return tuple(first.through(then) for first, then in zip(before, layer, strict=True))


@dataclass(frozen=True)
class Window:
    """The windows along one axis.

    Parameters
    ----------
    length : int
        Positions of the input.
    outputs : int
        How many windows there are.
    size : int
        Taps of each.
    stride : int
        From the start of one to the start of the next.
    dilation : int
        From one tap to the next.
    before : int
        How far the first starts before the input.
    """

    length: int
    outputs: int
    size: int
    stride: int
    dilation: int
    before: int

    @property
    def sight(self) -> Sight:
        """What an output sees."""
        return Sight(reach(self.size, self.dilation), self.stride)

    @property
    def sides(self) -> tuple[int, int]:
        """How far windows reach beyond the input before and behind it; less than 0, how short."""
        end = (self.outputs - 1) * self.stride - self.before + reach(self.size, self.dilation)
        return self.before, end - self.length

    def taps(self) -> Iterator[tuple[int, slice, slice]]:
        """Give every tap that meets the input: k, the windows p and their input positions."""
        start_of_last = (self.outputs - 1) * self.stride - self.before
        first_tap = max(0, _divided_up(-start_of_last, self.dilation))
        last_tap = min(self.size - 1, (self.length - 1 + self.before) // self.dilation)
        for k in range(first_tap, last_tap + 1):
            offset = k * self.dilation - self.before  # i = p·stride + offset
            first = max(0, _divided_up(-offset, self.stride))
            end = min(self.outputs, (self.length - 1 - offset) // self.stride + 1)
            if first < end:
                start, stop = first * self.stride + offset, (end - 1) * self.stride + offset + 1
                yield k, slice(first, end), slice(start, stop, self.stride)


def cells_within(windows: Sequence[Window], p: Shape) -> Iterator[tuple[Shape, Shape]]:
    """Give the cells k of the window p that meet the input, in the order of `taps`, and where."""
    along = (
        [
            (k, i)
            for k in range(window.size)
            if 0 <= (i := at * window.stride + k * window.dilation - window.before) < window.length
        ]
        for window, at in zip(windows, p, strict=True)
    )
    for pairs in product(*along):
        yield tuple(k for k, _ in pairs), tuple(i for _, i in pairs)


def windows_holding(windows: Sequence[Window], i: Shape) -> Iterator[tuple[Shape, Shape]]:
    """Give the windows p that hold the input position i, after the cell k with which they do."""
    along = (
        [
            (k, (at - k * window.dilation + window.before) // window.stride)
            for k in range(window.size)
            if (at - k * window.dilation + window.before) % window.stride == 0
            and 0 <= (at - k * window.dilation + window.before) // window.stride < window.outputs
        ]
        for window, at in zip(windows, i, strict=True)
    )
    for pairs in product(*along):
        yield tuple(k for k, _ in pairs), tuple(p for _, p in pairs)


def taps(windows: Sequence[Window]) -> Iterator[Tap]:
    """Give every cell of the kernel that meets the input, the last axis varying fastest."""
    for along in product(*(tuple(window.taps()) for window in windows)):
        kernel, outputs, inputs = zip(*along, strict=True)
        yield Tap((..., *kernel), (..., *outputs), (..., *inputs))


def windows_there(windows: Sequence[Window], mask: BoolArray) -> BoolArray:
    """Return which windows hold any position that is there, (m, p), of a mask (m, length)."""
    there = np.zeros((len(mask), windows[0].outputs), bool)
    for tap in taps(windows):
        there[tap.outputs] |= mask[tap.inputs]
    return there


def reach(size: int, dilation: int) -> int:
    """Return the positions from the first tap to the last: (size − 1)·dilation + 1."""
    return (size - 1) * dilation + 1


def windows_over(
    lengths: Shape, size: PerAxis, stride: PerAxis, padding: PerAxis | str, dilation: PerAxis = 1
) -> tuple[Window, ...]:
    """Lay windows over the axes of an example.

    - ``"valid"``: within the example alone, ⌊(n − reach)/stride⌋ + 1 of them;
    - a number P: P positions further on both sides, ⌊(n + 2P − reach)/stride⌋ + 1;
    - ``"same"``: ⌈n/stride⌉ of them, what they need beyond the example shared between the two
      sides, the smaller half first.

    Raises
    ------
    ShapeError
        A window is longer than the example.
    """
    axes = len(lengths)
    settings = zip(
        lengths,
        *(per_axis(setting, axes) for setting in (size, stride, padding, dilation)),
        _AXES[axes],
        strict=True,
    )
    return tuple(_window(*setting) for setting in settings)


def _window(n: int, size: int, stride: int, padding: Any, dilation: int, axis: str) -> Window:
    needed = reach(size, dilation)
    if padding == "same":
        outputs = _divided_up(n, stride)
        missing = max((outputs - 1) * stride + needed - n, 0)
        return Window(n, outputs, size, stride, dilation, before=missing // 2)
    before = 0 if padding == "valid" else padding
    if needed > n + 2 * before:
        raise ShapeError(
            _(
                "its windows reach over {needed} positions, and the {axis}{length} of the "
                "example, padding included, is less: take smaller windows or padding='same', or "
                "put Transpose() before it if the example is a sequence (length, features).",
                needed=needed,
                axis=axis,
                length=n + 2 * before,
            )
        )
    outputs = (n + 2 * before - needed) // stride + 1
    return Window(n, outputs, size, stride, dilation, before)


def per_axis(setting: Any, axes: int) -> tuple[Any, ...]:
    """Return a setting for each axis, given one for all of them or one for each.

    Raises
    ------
    ShapeError
        A pair for examples that are no images.
    """
    if isinstance(setting, int | str):
        return (setting,) * axes
    if len(setting) != axes:
        raise ShapeError(
            _(
                "{setting!r} is meant for the height and the width of an image, and a signal "
                "(channels, length) has one axis: give one number.",
                setting=tuple(setting),
            )
        )
    return tuple(setting)


def checked_per_axis(name: str, value: Any, *, at_least: int, pairs: bool) -> PerAxis:
    """Return a setting of windows as a number or, of two that differ, as a pair.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        Neither a whole number within bounds nor, where `pairs` are meant, two of them.
    """
    if not pairs or not isinstance(value, list | tuple):
        check_integer(name, value, at_least=at_least, at_most=MOST_UNITS)
        return int(value)
    if len(value) != 2:
        raise ConfigurationError(
            _(
                "{name} must be a whole number or a pair of them, (height, width), not {found!r}.",
                name=name,
                found=value,
            )
        )
    for number in value:
        check_integer(name, number, at_least=at_least, at_most=MOST_UNITS)
    height, width = map(int, value)
    return height if height == width else (height, width)


def checked_padding(
    padding: Any, size: PerAxis, dilation: PerAxis = 1, *, pairs: bool
) -> PerAxis | str:
    """Return a padding, checked against the windows that it is for.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        Neither a word nor numbers, or so many that a window would hold nothing but padding.
    """
    if isinstance(padding, str):
        check_choice("padding", padding, ("valid", "same"))
        return padding
    padding = checked_per_axis("padding", padding, at_least=0, pairs=pairs)
    settings = zip(*(per_axis(setting, 2) for setting in (padding, size, dilation)), strict=True)
    for wide, taps_of_axis, apart in settings:
        if wide >= reach(taps_of_axis, apart):
            raise ConfigurationError(
                _(
                    "padding must be less than the {needed} positions that a window reaches "
                    "over, not {found!r}: a window would hold nothing but padding.",
                    needed=reach(taps_of_axis, apart),
                    found=padding,
                )
            )
    return padding


def _divided_up(number: int, by: int) -> int:
    """Return ⌈number/by⌉."""
    return -(-number // by)
