"""Presets for signals: the course's 1D-CNN, Wang's fully convolutional network, a residual one."""

from axone.arrays import Shape
from axone.layers import (
    Activation,
    BatchNorm,
    Conv1D,
    Dense,
    Dropout,
    Flatten,
    GlobalPool,
    Layer,
    MaxPool,
    Residual,
)
from axone.messages import _
from axone.presets.preset import Kind, Preset, Settings
from axone.presets.recipes import one_cycle

_ALONG_TIME: tuple[Kind, ...] = ("signals", "sequences", "tokens", "features")

_WIDTH, _TAPS, _MOST_BLOCKS = 64, 5, 4
"""Channels and taps of a residual network's convolutions, and the most blocks that it has."""


def _course(shape: Shape) -> list[Layer]:
    """The course's: length 10 → 8 → 4, dense 8."""
    del shape
    return [Conv1D(1, 3, "relu"), MaxPool(2), Flatten(), Dense(8, "relu")]


def _course_training(rows: int, shape: Shape) -> Settings:
    del shape
    return one_cycle(rows, learning_rate=0.01, batch_size=16, steps=2000, epochs=(20, 300))


def _fcn(shape: Shape) -> list[Layer]:
    """Wang's: three convolutions, normalised and rectified, and the mean of every channel."""
    del shape
    widths = ((128, 8), (256, 5), (128, 3))
    return [layer for width in widths for layer in convolved(*width)] + [GlobalPool()]


def convolved(channels: int, taps: int, dilation: int = 1) -> list[Layer]:
    """A convolution, normalised, rectified: without a bias, which the normalisation has."""
    return [
        Conv1D(
            channels,
            taps,
            initializer="he_normal",
            padding="same",
            dilation=dilation,
            bias=False,
        ),
        BatchNorm(),
        Activation("relu"),
    ]


def _fcn_training(rows: int, shape: Shape) -> Settings:
    del shape
    return one_cycle(rows, learning_rate=3e-3, batch_size=16, steps=1500, epochs=(20, 300))


def _resnet(shape: Shape) -> list[Layer]:
    """Residual blocks whose dilations double, so that each sees twice as far as the one before."""
    dilations = [1]
    while len(dilations) < _MOST_BLOCKS and _TAPS * 4 * dilations[-1] <= shape[1]:
        dilations.append(2 * dilations[-1])
    layers = convolved(_WIDTH, 7)
    for dilation in dilations:
        layers += [_residual(dilation), Activation("relu")]
    return [*layers, GlobalPool(), Dropout(0.2)]


def _residual(dilation: int) -> Layer:
    *most, _last_activation = [
        *convolved(_WIDTH, _TAPS, dilation),
        *convolved(_WIDTH, _TAPS, dilation),
    ]
    return Residual(*most)


def _resnet_training(rows: int, shape: Shape) -> Settings:
    del shape
    return one_cycle(rows, learning_rate=3e-3, batch_size=16, steps=1500, epochs=(20, 300))


RESNET_1D = Preset(
    "resnet-1d",
    "signals",
    _ALONG_TIME,
    _("residual blocks of dilated convolutions: sees far, and half as much work as fcn-1d"),
    "He, Zhang, Ren & Sun 2016; Wang, Yan & Oates 2017; van den Oord et al. 2016",
    _resnet,
    _resnet_training,
)

COURSE_1D = Preset(
    "course-1d",
    "signals",
    _ALONG_TIME,
    _("the course's 1D-CNN: kernel 3, pool 2, dense 8: to be followed by hand"),
    "the course",
    _course,
    _course_training,
    least=4,
)

FCN_1D = Preset(
    "fcn-1d",
    "signals",
    _ALONG_TIME,
    _("three wide convolutions and the mean over time: hard to beat on short signals"),
    "Wang, Yan & Oates 2017",
    _fcn,
    _fcn_training,
)

SIGNALS = (FCN_1D, RESNET_1D, COURSE_1D)
