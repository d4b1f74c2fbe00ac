"""A convolution of an image: a kernel that finds edges goes over a small digit, pixel by pixel."""

from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_choice, check_integer
from axone.explanation.numerals import numeral
from axone.layers import Context, Conv2D
from axone.messages import Message, _
from axone.plots.animations.animation import Animation
from axone.plots.animations.cells import Cells
from axone.plots.style import add_note, bare, color_map, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.patches import Rectangle

KERNELS = {
    "vertical": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "horizontal": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "outline": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "blur": ((1, 2, 1), (2, 4, 2), (1, 2, 1)),
}
"""Sobel's kernels for edges that run upright and level, all edges, and a mean."""

_SIDE, _KERNEL, _OUTPUTS = 8, 3, 6
"""Pixels of a digit, of a kernel and of the output, each way."""

_BRIGHTEST = 16
"""Of the digits, whose darkest is 0."""

_KERNEL_LEFT, _OUTPUT_LEFT = 9.4, 13.8
_PRODUCTS_TOP = 3.4


def animate_image_convolution(digit: int = 3, kernel: str = "vertical") -> Animation:
    """Slide a kernel of 3 × 3 weights over a digit of 8 × 8 pixels, as `Conv2D` computes it.

    Parameters
    ----------
    digit : int, default 3
        0 to 9: the first of its kind among scikit-learn's digits.
    kernel : {"vertical", "horizontal", "outline", "blur"}, default "vertical"
        Which edges it finds: Sobel's two kernels, or all; or a mean of nine pixels times 16.

    Returns
    -------
    Animation
        Of 37 frames.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        No digit, or an unknown kernel.

    Examples
    --------
    >>> from axone.plots import animate_image_convolution
    >>> animate_image_convolution(0).frames
    37
    """
    check_integer("digit", digit, at_least=0, at_most=9)
    check_choice("kernel", kernel, tuple(KERNELS))
    image = _image(digit)
    weights = np.array(KERNELS[kernel], dtype=np.float64)
    layer = Conv2D(1, _KERNEL, bias=False)
    given = {"weight": weights[None, None]}
    outputs = layer.forward(given, image[None, None], Context())[0][0, 0]
    title = _("A convolution of an image, window by window")
    with house_style():
        figure = new_figure(title, (8.0, 4.6))
        axes = figure.subplots()
        _set_up(axes)
        pixels = Cells(axes, image.shape, 0, _SIDE, ".0f")
        pixels.write(image)
        pixels.paint(_painted(color_map(theme().behind_text[:3]), image / _BRIGHTEST))
        laid = Cells(axes, weights.shape, _KERNEL_LEFT, _SIDE, ".0f")
        laid.write(weights)
        multiplied = Cells(axes, weights.shape, _KERNEL_LEFT, _PRODUCTS_TOP, ".0f")
        filled = Cells(axes, outputs.shape, _OUTPUT_LEFT, _SIDE - 1, ".0f")
        # No output can be larger.
        largest = float(np.abs(weights).sum()) * _BRIGHTEST / 2
        colors = _painted(_both_signs(), 0.5 + outputs / (2 * largest))
        total = axes.text(_KERNEL_LEFT + 1.5, -0.15, "", ha="center", va="center")
        marks = [_mark(axes, _KERNEL), _mark(axes, 1)]
        add_note(figure, _("z[p, q] = Σ W[k, l]·x[p + k, q + l]."), _meaning(kernel))
        paper = theme().paper

    def show(frame: int) -> None:
        known = np.arange(outputs.size) < frame
        row, column = divmod(max(frame - 1, 0), _OUTPUTS)
        marks[0].set_xy((column, _SIDE - row - _KERNEL))
        marks[1].set_xy((_OUTPUT_LEFT + column, _SIDE - 2 - row))
        marks[1].set_visible(frame > 0)
        multiplied.write(weights * image[row : row + _KERNEL, column : column + _KERNEL])
        multiplied.show(visible=frame > 0)
        total.set_text(_("Σ = {sum}", sum=numeral(float(outputs[row, column]))) if frame else "")
        filled.write(outputs, known)
        pairs = zip(colors, known, strict=True)
        filled.paint([color if is_known else paper for color, is_known in pairs])

    captions = [_("The kernel is laid on the image; there are 6 × 6 windows.")]
    captions += [_caption(place, float(output)) for place, output in np.ndenumerate(outputs)]
    return Animation(title, figure, tuple(map(str, captions)), show, seconds=0.3, hold=3.0)


def _image(digit: int) -> FloatArray:
    """Return the first of scikit-learn's digits that shows this one."""
    from axone.data import load_dataset

    digits = load_dataset("digits")
    place = int(np.flatnonzero(np.asarray(digits.y) == digit)[0])
    return np.asarray(digits.X[place], dtype=np.float64).reshape(_SIDE, _SIDE)


def _caption(place: tuple[int, ...], output: float) -> Message:
    return _(
        "Window of row {row}, column {column}: its nine products add up to {output}.",
        row=place[0] + 1,
        column=place[1] + 1,
        output=numeral(output),
    )


def _meaning(kernel: str) -> Message:
    return {
        "vertical": _(
            "Blue, −: brighter at the left than at the right. Vermilion, +: the reverse."
        ),
        "horizontal": _("Blue, −: brighter above than below. Vermilion, +: the reverse."),
        "outline": _("Vermilion, +: brighter than the pixels around. Blue, −: darker."),
        "blur": _("Each output is 16 times a weighted mean of nine pixels."),
    }[kernel]


def _both_signs() -> "Colormap":
    """Return pale colours on both sides of 0, on which ink can be read."""
    from matplotlib.colors import to_hex, to_rgb

    low, middle, high = (np.array(to_rgb(color)) for color in theme().diverging)
    paler = (0.6 * low + 0.4 * middle, middle, 0.7 * high + 0.3 * middle)
    return color_map([to_hex(tuple(color)) for color in paler])


def _painted(colors: "Colormap", shares: FloatArray) -> list[Any]:
    return [tuple(color) for color in colors(shares.ravel())]


def _mark(axes: "Axes", side: int) -> "Rectangle":
    from matplotlib.patches import Rectangle

    mark = Rectangle((0, 0), side, side, fill=False, edgecolor=theme().ink, linewidth=2.6, zorder=6)
    axes.add_patch(mark)
    return mark


def _set_up(axes: "Axes") -> None:
    bare(axes)
    axes.set_aspect("equal")
    axes.set_xlim(-0.1, _OUTPUT_LEFT + _OUTPUTS + 0.1)
    axes.set_ylim(-0.6, _SIDE + 0.9)
    for left, top, name in (
        (0, _SIDE, _("image x")),
        (_KERNEL_LEFT, _SIDE, _("kernel W")),
        (_KERNEL_LEFT, _PRODUCTS_TOP, _("products")),
        (_OUTPUT_LEFT, _SIDE - 1, _("output z")),
    ):
        axes.text(left, top + 0.2, name, ha="left", va="bottom")
