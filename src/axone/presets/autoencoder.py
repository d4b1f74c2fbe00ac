"""The autoencoder: a network that gives back what it is given, through a code of few numbers.

Dense for features, convolutional for images and signals: an encoder, the code, and a decoder that
goes the same way back. Nobody need label a row: the target is the input.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

from axone.arrays import Shape
from axone.layers import (
    Activation,
    BatchNorm,
    Conv1D,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPool,
    Reshape,
    Transpose,
    Upsample,
)
from axone.messages import _
from axone.presets.entrance import as_images, as_signals
from axone.presets.preset import Kind, Preset, Settings
from axone.presets.recipes import one_cycle

_LARGEST_CODE = 32

_SMALLEST_MAP = 8
"""Rows, columns or positions below which there is no second pool."""

_CHANNELS = (16, 32)
"""Of the convolutions before each pool; the way back has the same."""


@dataclass(frozen=True)
class Autoencoder(Preset):
    """A preset that ends in the inputs, whatever number of outputs would be asked for."""

    gives_back: ClassVar[bool] = True

    def _layers(
        self, kind: Kind, shape: Shape, outputs: int, activation: str, vocabulary: int | None
    ) -> list[Layer]:
        """Return every layer; the last gives the numbers of an example in a row."""
        del outputs, activation
        if kind == "features":
            return self.body(shape)
        reads_images = kind == "images"
        enter = as_images if reads_images else as_signals
        entrance, inner = enter(kind, shape, vocabulary)
        convolution, taps = (Conv2D, 3) if reads_images else (Conv1D, 5)
        back = [Transpose()] if kind == "sequences" else []
        return [*entrance, *_convolutional(inner, convolution, taps), *back, Flatten()]


def code_size(numbers: int, share: int) -> int:
    """Return how many numbers stand for `numbers`: one of so many, from 2 to 32.

    Examples
    --------
    >>> code_size(784, 8), code_size(30, 4), code_size(4, 4)
    (32, 7, 2)
    """
    return max(1, min(_LARGEST_CODE, max(2, numbers // share), numbers - 1))


def _dense(shape: Shape) -> list[Layer]:
    (features,) = shape
    code = code_size(features, 4)
    wide, narrow = (64, 32) if features < 128 else (256, 64)
    return [
        Dense(wide, "relu"),
        Dense(narrow, "relu"),
        Dense(code),
        Dense(narrow, "relu"),
        Dense(wide, "relu"),
        Dense(features),
    ]


def _convolutional(shape: Shape, convolution: type[Conv1D | Conv2D], taps: int) -> list[Layer]:
    """Convolutions and pools down to a dense code, then the same way up again."""
    channels, *lengths = shape
    down: list[Layer] = []
    up: list[Layer] = []
    for number, width in enumerate(_CHANNELS):
        if min(lengths) < (_SMALLEST_MAP if number else 2):
            break
        size = lengths if len(lengths) > 1 else lengths[0]
        back: list[Layer] = [convolution(channels, taps, padding="same")]
        if number:
            back = _normalised(convolution, channels, taps)
        up = [Upsample(size=size), *back, *up]
        down += [*_normalised(convolution, width, taps), MaxPool(2)]
        channels, lengths = width, [length // 2 for length in lengths]
    if not down:  # too small for any pool
        return [Flatten(), *_dense((math.prod(shape),)), Reshape(shape)]
    inner, code = (channels, *lengths), code_size(math.prod(shape), 8)
    middle: list[Layer] = [Flatten(), Dense(code), Dense(math.prod(inner)), Reshape(inner)]
    return [*down, *middle, BatchNorm(), Activation("relu"), *up]


def _normalised(convolution: type[Conv1D | Conv2D], channels: int, taps: int) -> list[Layer]:
    """A convolution, normalised, rectified: without a bias, which the normalisation has."""
    layer = convolution(channels, taps, initializer="he_normal", padding="same", bias=False)
    return [layer, BatchNorm(), Activation("relu")]


def _training(rows: int, shape: Shape) -> Settings:
    is_dense = len(shape) < 2
    return one_cycle(
        rows,
        learning_rate=3e-3 if is_dense else 1e-2,
        batch_size=32 if is_dense else 64,
        steps=3000,
        epochs=(8, 200),
        weight_decay=0.0,
    )


AUTOENCODER = Autoencoder(
    "autoencoder",
    "features",
    ("images", "signals", "sequences", "features"),
    _("gives its input back through a code of few numbers: a map of the rows, and anomalies"),
    "Hinton & Salakhutdinov 2006; Masci, Meier, Cireșan & Schmidhuber 2011",
    _dense,
    _training,
)

AUTOENCODERS = (AUTOENCODER,)
