"""Softmax at work: bars of logits and of probabilities, as one logit moves."""

from collections.abc import Sequence

import numpy as np

from axone.activations import ACTIVATIONS
from axone.arrays import FloatArray
from axone.checks import check_integer, check_number
from axone.errors import ConfigurationError
from axone.messages import _, formatted
from axone.plots.animations.animation import SIZE, Animation
from axone.plots.style import SMALL, add_note, dress, house_style, new_figure, theme, with_minus

MOST_LOGITS = 8

_REACH = 4.0
"""How far the logit that moves goes to either side of where it stands."""

_FRAMES = 60


def animate_softmax(
    logits: Sequence[float] = (2.0, 1.0, -1.0, 3.0), *, moving: int = 1
) -> Animation:
    """Move one of several logits up and down, and see what softmax makes of all.

    Parameters
    ----------
    logits : sequence of 2 to 8 floats, default (2, 1, -1, 3)
        Softmax of these is 0.242, 0.089, 0.012, 0.657.
    moving : int, default 1
        Which of them moves, counted from 1: 4 below and above where it stands.

    Returns
    -------
    Animation

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        Too few logits or too many, one out of bounds, or one that there is not.

    Examples
    --------
    >>> from axone.plots import animate_softmax
    >>> animate_softmax([0.0, 1.0]).frames
    60
    """
    z = _checked(logits, moving)
    classes = np.arange(1, len(z) + 1)
    moves = _REACH * np.sin(np.linspace(0, 2 * np.pi, _FRAMES, endpoint=False))
    every = np.tile(z, (_FRAMES, 1))
    every[:, moving - 1] += moves
    shares = ACTIVATIONS.resolve("softmax").value(every)
    with house_style():
        figure = new_figure(_("Softmax: from logits to probabilities"), SIZE)
        left, right = figure.subplots(1, 2)
        colors = [theme().orange if at == moving else theme().blue for at in classes]
        below, above = min(every.min(), 0.0), max(every.max(), 0.0)
        reach = above - below
        left.set_ylim(below - 0.12 * reach, above + 0.12 * reach)
        right.set_ylim(0, 1.12)
        left.axhline(0, color=theme().muted, linewidth=1)
        bars = [axes.bar(classes, every[0], color=colors) for axes in (left, right)]
        for bar in (bars[0][moving - 1], bars[1][moving - 1]):
            bar.set_hatch("//")
            bar.set_edgecolor(theme().paper)
        left.set_title(_("logits z"))
        right.set_title(_("probabilities softmax(z), which add up to 1"))
        numbers = []
        for axes in (left, right):
            axes.set_xticks(classes)
            axes.set_xlabel(_("class"))
            dress(axes)
            axes.grid(visible=False, axis="x")
            numbers.append(
                [
                    axes.text(
                        at, 0, "", horizontalalignment="center", fontsize=SMALL, color=theme().ink
                    )
                    for at in classes
                ]
            )
        add_note(
            figure,
            _("The hatched bar is the logit that moves: what its class gains, the others lose."),
        )

    def show(frame: int) -> None:
        for which, heights, spec in ((0, every[frame], ".2f"), (1, shares[frame], ".3f")):
            for bar, number, height in zip(bars[which], numbers[which], heights, strict=True):
                bar.set_height(height)
                number.set_y(height)
                number.set_verticalalignment("bottom" if height >= 0 else "top")
                number.set_text(with_minus(formatted(float(height), spec)))

    captions = tuple(
        str(
            _(
                "z{which} = {logit:.2f}: class {which} has the probability {share:.3f}.",
                which=moving,
                logit=float(every[frame, moving - 1]),
                share=float(shares[frame, moving - 1]),
            )
        )
        for frame in range(_FRAMES)
    )
    return Animation(
        title=_("Softmax: from logits to probabilities"),
        figure=figure,
        captions=captions,
        show=show,
        seconds=0.08,
        hold=0.08,
    )


def _checked(logits: Sequence[float], moving: int) -> FloatArray:
    if not 2 <= len(logits) <= MOST_LOGITS:
        raise ConfigurationError(
            _("{found} logits: give 2 to {most}.", found=len(logits), most=MOST_LOGITS)
        )
    for logit in logits:
        check_number(_("a logit"), logit, at_least=-1e3, at_most=1e3)
    check_integer("moving", moving, at_least=1, at_most=len(logits))
    return np.asarray(logits, dtype=np.float64)
