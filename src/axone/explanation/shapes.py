"""The shape of every array of both passes, for finding out where one does not fit the next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from axone.layers import PREDICTION
from axone.layers.sequence import LayerTrace, trace_through
from axone.messages import Message, _, shorten
from axone.network import Network
from axone.parameters import Parameters
from axone.summary import layer_title
from axone.traced import Traced

_LINE = 80
_LONGEST_SYMBOL, _LONGEST_SHAPE = 30, 24
"""Columns that symbols and shapes have at most."""


@dataclass(frozen=True)
class ArrayShape:
    """One array of a pass.

    Attributes
    ----------
    pass_ : {"parameters", "forward", "backward"}
    layer : int
    symbol : str
    shape : tuple of str
        ``("m", "4")``: m is the number of rows.
    equation : str
        Empty for parameters.
    """

    pass_: str
    layer: int
    symbol: str
    shape: tuple[str, ...]
    equation: str = ""


@dataclass(frozen=True)
class PassShapes:
    """The shapes of both passes: data, and a text of 80 columns.

    Attributes
    ----------
    titles : tuple of str
        Of the layers.
    arrays : tuple of ArrayShape
        Layer after layer, as the forward pass meets them; of each its parameters, what it computes
        forward, and what it computes on the way back.
    """

    titles: tuple[str, ...]
    arrays: tuple[ArrayShape, ...]

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        symbols = max((len(array.symbol) for array in self.arrays), default=0)
        shapes = max((len(_written(array.shape)) for array in self.arrays), default=0)
        symbols, shapes = min(symbols, _LONGEST_SYMBOL), min(shapes, _LONGEST_SHAPE)
        for position, title in enumerate(self.titles):
            yield shorten(title, _LINE)
            before = ""
            for array in self.arrays:
                if array.layer != position:
                    continue
                if array.pass_ != before:
                    before = array.pass_
                    yield f"  {_HEADINGS[before]}"
                shape = shorten(_written(array.shape), shapes)
                line = f"    {shorten(array.symbol, symbols):<{symbols}}  {shape:<{shapes}}  "
                yield f"{line}{shorten(array.equation, _LINE - len(line))}".rstrip()


def _written(shape: Sequence[str]) -> str:
    """Write a shape as Python does, m in the place of the rows."""
    return f"({', '.join(shape)}{',' if len(shape) == 1 else ''})"


_HEADINGS: dict[str, Message] = {
    "parameters": _("parameters"),
    "forward": _("forward"),
    "backward": _("backward"),
}


def pass_shapes(network: Network) -> PassShapes:
    """Return the shape of every array that a network computes, forward and back.

    Parameters
    ----------
    network : Network

    Examples
    --------
    >>> import axone as ax
    >>> print(pass_shapes(ax.Network(ax.Dense(3, "relu"), input_shape=4)))
    0 Dense (relu)
      parameters
        weight  (3, 4)
        bias    (3,)
      forward
        x       (m, 4)
        z       (m, 3)  z = W·x + b
        a       (m, 3)  a = max(0, z)
      backward
        ∂L/∂y   (m, 3)
        δ       (m, 3)  δ = ∂L/∂a ⊙ [z > 0]
        ∂L/∂W   (3, 4)  ∂L/∂W = Σ δ·xᵀ
        ∂L/∂b   (3,)    ∂L/∂b = Σ δ
        ∂L/∂x   (m, 4)  ∂L/∂x = Wᵀ·δ
    """
    parameters = network.initialize()
    passes = [_passed(network, parameters, rows) for rows in (2, 3)]
    arrays: list[ArrayShape] = []
    before = (network.input_shape, *network.shapes)
    for position, (two, three) in enumerate(zip(*passes, strict=True)):
        slots = network.layout.by_layer[position]
        for slot in slots:
            shape = tuple(map(str, slot.spec.shape))
            arrays.append(ArrayShape("parameters", position, slot.spec.name, shape))
        for pass_, symbol, example in (
            ("forward", "x", before[position]),
            ("backward", "∂L/∂y", before[position + 1]),
        ):
            shape = ("m", *map(str, example))
            arrays.append(ArrayShape(pass_, position, symbol, shape))
            arrays += _shapes(pass_, position, getattr(two, pass_), getattr(three, pass_))
    titles = (
        f"{position} {f'{name}: ' if name else ''}{layer_title(layer)}"
        for position, (layer, name) in enumerate(
            zip(network.layers, network.layer_names, strict=True)
        )
    )
    return PassShapes(tuple(titles), tuple(arrays))


def _passed(network: Network, parameters: Parameters, rows: int) -> tuple[LayerTrace, ...]:
    """Pass rows of zeros through, as at prediction: only shapes are looked at."""
    dtype = np.intp if network.takes_tokens else np.float32
    x = np.zeros((rows, *network.input_shape), dtype)
    dy = np.zeros((rows, *network.output_shape), np.float32)
    return trace_through(network.layers, parameters.by_layer, x, PREDICTION, dy)


def _shapes(
    pass_: str, layer: int, two: Sequence[Traced], three: Sequence[Traced]
) -> Iterator[ArrayShape]:
    """Give the arrays of a layer; what grows with the rows is m."""
    for step, other in zip(two, three, strict=True):
        shape = tuple(
            "m" if length != longer else str(length)
            for length, longer in zip(step.array.shape, other.array.shape, strict=True)
        )
        yield ArrayShape(pass_, layer, step.symbol, shape, str(step.equation))
