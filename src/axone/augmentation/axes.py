"""What the axes of a network's examples mean: an augmentation must know which of them is time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from axone.arrays import BoolArray, IntArray, Shape
from axone.layers import (
    Attention,
    AveragePool,
    BatchNorm,
    ChannelDropout,
    Conv1D,
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
    Transpose,
    Upsample,
)
from axone.network import Network

Kind = Literal["features", "signals", "sequences", "images", "tokens"]

_READ_SIGNALS = (Conv1D, MaxPool, AveragePool, Upsample, GlobalPool, ChannelDropout, BatchNorm)
_READ_SEQUENCES = (
    Recurrent,
    Attention,
    LastStep,
    PositionwiseDense,
    PositionalEncoding,
    LayerNorm,
    RMSNorm,
)


@dataclass(frozen=True)
class Axes:
    """The axes of an example, that of the rows left out.

    Parameters
    ----------
    kind : {"features", "signals", "sequences", "images", "tokens"}
    shape : tuple of int

    Examples
    --------
    >>> axes = Axes("signals", (3, 150))
    >>> axes.time, axes.length
    (1, 150)
    """

    kind: Kind
    shape: Shape

    @classmethod
    def of(cls, network: Network) -> "Axes":
        """Return those of a network's examples.

        Of two axes it is the first layer that can tell which says whether the last is time, as of
        signals (channels, length), or the first, as of sequences (length, features); signals, if
        none can. Features that the network begins by arranging (`Reshape`) are what they are
        arranged to, and so are grey images without an axis of channels, to which it gives one.
        """
        layers, shape = network.layers, network.input_shape
        if network.takes_tokens:
            return cls("tokens", shape)
        while layers and isinstance(layers[0], Reshape):
            arranged = layers[0].output_shape(shape)
            if len(shape) > 1 and not len(shape) < len(arranged) == 3:
                break
            shape, layers = arranged, layers[1:]
        if len(shape) == 2:
            return cls(_kind_of_two_axes(layers), shape)
        # What has more axes than an image is treated number by number.
        return cls("images" if len(shape) == 3 else "features", shape)

    @property
    def time(self) -> int | None:
        """Which axis of an example is time; None where none is."""
        return {"signals": 1, "sequences": 0}.get(self.kind)

    @property
    def length(self) -> int:
        """How many positions an example has along time; 1 where there is no time."""
        return 1 if self.time is None else self.shape[self.time]

    def lengths(self, rows: int, mask: BoolArray | None) -> IntArray:
        """Return how long each row is, (m,): up to the last position that is there."""
        if mask is None or mask.shape[1] != self.length:
            return np.full(rows, self.length)
        return self.length - np.argmax(mask[:, ::-1], axis=1)

    def along_time(self, numbers: Any) -> Any:
        """Shape numbers (m, length) so that they broadcast over the examples of m rows."""
        return numbers[:, None, :] if self.time == 1 else numbers[:, :, None]


def _kind_of_two_axes(layers: tuple[Layer, ...]) -> Kind:
    swapped = False
    for layer in _in_their_order(layers):
        if isinstance(layer, Transpose):
            swapped = not swapped
        elif isinstance(layer, _READ_SIGNALS):
            return "sequences" if swapped else "signals"
        elif isinstance(layer, _READ_SEQUENCES):
            return "signals" if swapped else "sequences"
    return "signals"


def _in_their_order(layers: tuple[Layer, ...]) -> Iterator[Layer]:
    """Go through the layers, a residual block's inner ones in its place."""
    for layer in layers:
        if isinstance(layer, Residual):
            yield from _in_their_order(tuple(layer.layers))
        else:
            yield layer
