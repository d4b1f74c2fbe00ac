"""A convolution of a signal, window by window: the products, their sum, the output that fills."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_integer, check_number
from axone.errors import ConfigurationError
from axone.explanation.numerals import numeral, written
from axone.layers import Context, Conv1D
from axone.messages import Message, _, _n
from axone.plots.animations.animation import Animation
from axone.plots.animations.cells import Cells
from axone.plots.style import add_note, bare, house_style, new_figure, theme
from axone.traced import Working, products

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIGNAL = (0.2, 0.6, 0.9, 0.4, -0.3, -0.8, -0.5, 0.1, 0.7, 0.3)
KERNEL = (0.5, 1.0, 0.5)

MOST_SAMPLES = 14
MOST_WEIGHTS = 5

_STAGES = 4
"""Frames of a window: it is half way, it arrives, it multiplies, it adds up."""

_MOVES, _ARRIVES, _MULTIPLIES, _ADDS = range(_STAGES)

_SIGNAL, _KERNEL, _PRODUCTS, _OUTPUT = 7.0, 5.5, 4.0, 1.4
"""The upper edges of the rows of cells, whose sides are 1."""


def animate_convolution(
    signal: Sequence[float] = SIGNAL, kernel: Sequence[float] = KERNEL, *, stride: int = 1
) -> Animation:
    """Slide a kernel over a signal: z[p] = Σₖ W[k]·x[p·stride + k], as `Conv1D` computes it.

    Only windows that lie within the signal are taken ("valid"), and the kernel is not flipped, as
    in every library of neural networks. There is no bias.

    Parameters
    ----------
    signal : sequence of 2 to 14 floats
        Default: ten numbers that begin with 0.2, 0.6, 0.9.
    kernel : sequence of 1 to 5 floats, default (0.5, 1, 0.5)
        On the first window of the default signal: 0.5·0.2 + 1·0.6 + 0.5·0.9 = 1.15.
    stride : int, default 1
        How far the window goes at each step.

    Returns
    -------
    Animation

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        Too few numbers or too many, a kernel longer than the signal, or a number out of bounds.

    Examples
    --------
    >>> from axone.plots import animate_convolution
    >>> animate_convolution().captions[1]
    'Window 1: z = 0.5·0.2 + 1·0.6 + 0.5·0.9 = 1.15.'
    """
    x = _checked(signal, _("a number of the signal"), 2, MOST_SAMPLES)
    weights = _checked(kernel, _("a weight of the kernel"), 1, min(MOST_WEIGHTS, len(x)))
    check_integer("stride", stride, at_least=1, at_most=len(x))
    layer = Conv1D(1, len(weights), stride=stride, bias=False)
    outputs = layer.forward({"weight": weights[None, None]}, x[None, None], Context())[0][0, 0]
    starts = stride * np.arange(len(outputs))
    size = len(weights)
    title = _("A convolution of a signal, window by window")
    with house_style():
        figure = new_figure(title, (8.0, 4.9))
        axes = figure.subplots()
        _set_up(axes, len(x))
        spec = ".2f" if np.abs(np.concatenate([x, weights, outputs])).max() < 100 else ".3g"
        row = Cells(axes, (1, len(x)), 0, _SIGNAL, spec, size=10)
        row.write(x)
        laid = Cells(axes, (1, size), 0, _KERNEL, spec, size=10)
        laid.write(weights)
        laid.paint([theme().behind_text[1]] * size)
        multiplied = Cells(axes, (1, size), 0, _PRODUCTS, spec, size=10)
        # An output stands below the middle of its window.
        filled = Cells(
            axes, (1, len(outputs)), (size - 1) / 2, _OUTPUT, spec, starts.astype(float), size=10
        )
        total = axes.text(0, _PRODUCTS - 1.45, "", ha="center", va="center")
        add_note(figure, *_notes(len(x), size, stride, len(outputs)))
        ink, muted, pale, paper = theme().ink, theme().muted, theme().pale, theme().paper
        marked = theme().behind_text[1]

    def show(frame: int) -> None:
        window, stage = divmod(frame - 1, _STAGES) if frame else (0, _ARRIVES)
        start = int(starts[window])
        left = (starts[max(window - 1, 0)] + start) / 2 if stage == _MOVES else float(start)
        laid.move(left)
        multiplied.move(left)
        is_multiplied, is_added = stage >= _MULTIPLIES, stage == _ADDS
        multiplied.show(visible=is_multiplied)
        multiplied.write(weights * x[start : start + size])
        within = stage != _MOVES
        seen = [within and start <= place < start + size for place in range(len(x))]
        row.paint([marked if each else pale for each in seen])
        total.set_text(_("Σ = {sum}", sum=numeral(float(outputs[window]))) if is_added else "")
        total.set_x(left + size / 2)
        known = window + is_added
        places = np.arange(len(outputs))
        filled.write(outputs, places < known)
        filled.paint([marked if is_added and place == window else paper for place in places])
        for place, patch in enumerate(filled.patches):
            patch.set_edgecolor(ink if place < known else muted)

    captions = [_n_windows(len(outputs))]
    for window, start in enumerate(starts.tolist()):
        worked = products(weights, x[start : start + size])
        captions += [_caption(window, worked, float(outputs[window]))] * _STAGES
    return Animation(title, figure, tuple(map(str, captions)), show, seconds=0.35, hold=3.0)


def _checked(numbers: Sequence[float], name: Message, least: int, most: int) -> FloatArray:
    if not least <= len(numbers) <= most:
        raise ConfigurationError(
            _(
                "{found} numbers ({name}): give {least} to {most}.",
                found=len(numbers),
                name=name,
                least=least,
                most=most,
            )
        )
    for number in numbers:
        check_number(name, number, at_least=-1e3, at_most=1e3)
    return np.asarray(numbers, dtype=np.float64)


def _set_up(axes: "Axes", samples: int) -> None:
    """Leave room for the rows and, at the left, for what they are."""
    bare(axes)
    axes.set_aspect("equal")
    axes.set_xlim(-2.4, samples + 0.1)
    axes.set_ylim(0.2, _SIGNAL + 0.1)
    for top, name in (
        (_SIGNAL, _("signal x")),
        (_KERNEL, _("kernel W")),
        (_PRODUCTS, _("products")),
        (_OUTPUT, _("output z")),
    ):
        axes.text(-0.3, top - 0.5, name, ha="right", va="center")


def _notes(samples: int, size: int, stride: int, outputs: int) -> tuple[Message, Message]:
    return (
        _("z[p] = Σₖ W[k]·x[{stride}p + k].", stride="" if stride == 1 else stride),
        _(
            "{samples} numbers have room for {outputs} windows of {size}.",
            samples=samples,
            outputs=outputs,
            size=size,
        ),
    )


def _n_windows(windows: int) -> Message:
    return _n(
        "The kernel is laid on the signal; there is {count} window.",
        "The kernel is laid on the signal; there are {count} windows.",
        windows,
    )


def _caption(window: int, worked: Working, output: float) -> Message:
    return _(
        "Window {window}: z = {worked} = {output}.",
        window=window + 1,
        worked=written(worked, 3),
        output=numeral(output, 3),
    )
