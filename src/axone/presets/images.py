"""Presets for images: LeCun's network, and a small modern one."""

from axone.arrays import Shape
from axone.layers import (
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalPool,
    Layer,
    MaxPool,
)
from axone.messages import _
from axone.presets.preset import Kind, Preset, Settings
from axone.presets.recipes import one_cycle

_SMALLEST_MAP = 4
"""Rows or columns below which an image is not pooled again."""


_SIDE_TO_SHIFT = 14
"""Pixels of a side for each that an image is moved by: 2 of 28."""

_PICTURES: tuple[Kind, ...] = ("images", "features")


def _lenet(shape: Shape) -> list[Layer]:
    """LeNet-5 with rectifiers and max-pools, as it is read today."""
    del shape
    return [
        Conv2D(6, 5, "relu", padding=2),
        MaxPool(2),
        Conv2D(16, 5, "relu"),
        MaxPool(2),
        Flatten(),
        Dense(120, "relu"),
        Dense(84, "relu"),
    ]


def _lenet_training(rows: int, shape: Shape) -> Settings:
    del shape
    return one_cycle(rows, learning_rate=4e-3, batch_size=64, steps=2000, epochs=(10, 200))


def _cnn(shape: Shape) -> list[Layer]:
    """Pairs of 3×3 convolutions, wider after each pool, and the mean of every map at the end."""
    layers: list[Layer] = []
    side = min(shape[1:])
    for number, channels in enumerate((32, 64, 128)):
        if number:
            if side < 2 * _SMALLEST_MAP:
                break
            layers.append(MaxPool(2))
            side //= 2
        layers += [*convolved(channels), *convolved(channels)]
    return [*layers, GlobalPool(), Dropout(0.3)]


def convolved(channels: int) -> list[Layer]:
    """A 3×3 convolution, normalised, rectified: without a bias, which the normalisation has."""
    return [
        Conv2D(channels, 3, initializer="he_normal", padding="same", bias=False),
        BatchNorm(),
        Activation("relu"),
    ]


def _cnn_training(rows: int, shape: Shape) -> Settings:
    return one_cycle(
        rows,
        learning_rate=5e-3,
        batch_size=64,
        steps=2000,
        epochs=(12, 200),
        augmentation=_shifts(shape),
    )


def _shifts(shape: Shape) -> list[Settings]:
    """Move images by up to a fourteenth of their side: what they show seldom depends on it."""
    pixels = min(shape[-2:], default=0) // _SIDE_TO_SHIFT
    return [{"name": "shift", "pixels": pixels}] if pixels else []


LENET = Preset(
    "lenet",
    "images",
    _PICTURES,
    _("two 5×5 convolutions with pools, three dense layers: the classic, and fast"),
    "LeCun, Bottou, Bengio & Haffner 1998",
    _lenet,
    _lenet_training,
    least=12,
)

CNN = Preset(
    "cnn",
    "images",
    _PICTURES,
    _("3×3 convolutions with batch normalisation in three widths: the better default"),
    "Simonyan & Zisserman 2015; Ioffe & Szegedy 2015",
    _cnn,
    _cnn_training,
)

IMAGES = (LENET, CNN)
