"""Scenes of kernels that are the same everywhere: on images, and along signals."""

from axone.messages import _
from axone.playground.scenes.conditions import Contains, Epochs, Parameters, Score
from axone.playground.scenes.designing import CONVOLUTION, dense, design, optimizer
from axone.playground.scenes.scene import Scene

_IMAGE = {"name": "reshape", "shape": [1, 8, 8]}
_SIGNAL = {"name": "reshape", "shape": [8, 8]}
_CONVOLUTION = {"name": "conv2d", "channels": 6, "kernel_size": 3, "activation": "relu"}

SCENES = (
    Scene(
        name="digits-by-kernels",
        chapter=CONVOLUTION,
        title=_("Digits with few parameters"),
        question=_(
            "A dense layer has a weight for every pixel. Read digits by a convolution: 95 "
            "percent of "
            "the validation rows with no more than 1,000 parameters."
        ),
        kind="reach",
        hints=(
            _("Make images of the rows first: a layer reshape to 1 × 8 × 8."),
            _("Then conv2d with 6 kernels of 3 × 3, max_pool of 2, and flatten."),
        ),
        design=design("digits", [dense(32, "relu")], {"optimizer": optimizer("adam", 0.01)}),
        check=(Contains("conv2d"), Parameters(1000), Score("validation", "accuracy", 0.95)),
    ),
    Scene(
        name="kernels-and-their-maps",
        chapter=CONVOLUTION,
        title=_("What kernels look for"),
        question=_(
            "Train for 20 epochs, choose an example, and look at the six maps: which kernel "
            "answers to upright strokes, which to lying ones?"
        ),
        kind="look",
        hints=(
            _("A map is large where the image looks like the kernel."),
            _("Pooling keeps the largest of four, so that a pixel to the side does no harm."),
        ),
        design=design(
            "digits",
            [_IMAGE, _CONVOLUTION, {"name": "max_pool", "size": 2}, {"name": "flatten"}],
            {"optimizer": optimizer("adam", 0.01)},
        ),
        check=(Contains("conv2d"), Epochs(at_least=20)),
    ),
    Scene(
        name="digits-as-signals",
        chapter=CONVOLUTION,
        title=_("A digit as a signal"),
        question=_(
            "Each digit is now eight channels of length 8. Put a conv1d in front of the output: "
            "95 percent of the validation rows."
        ),
        kind="reach",
        hints=(
            _("conv1d slides along the positions and sums over all channels."),
            _("16 kernels of size 3, then flatten."),
        ),
        design=design(
            "digits",
            [_SIGNAL, {"name": "flatten"}],
            {"optimizer": optimizer("adam", 0.01)},
        ),
        check=(Contains("conv1d"), Score("validation", "accuracy", 0.95)),
    ),
)
"""In the order of a course."""
