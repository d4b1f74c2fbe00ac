"""A recurrent network drawn once for every time, with what goes forward and what comes back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.explanation.numerals import numeral
from axone.messages import _
from axone.plots.animations.unit_diagram import as_number
from axone.plots.style import SMALL, bare, dress, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.text import Text

_THINNEST, _WIDEST = 0.7, 5.0
_RADIUS = 15.0
"""Points."""

_ABOVE, _BELOW = 0.66, -0.98
"""Heights of the gradients and of the inputs; circles are at 0."""


@dataclass(frozen=True, eq=False)
class Unrolled:
    """What happens at each time.

    Attributes
    ----------
    scale : float
        U.
    x, h, gradients, slopes : array of shape (steps,)
        Inputs, states, ∂L/∂h of each, and σ′ there.
    worked : tuple of str
        How each state came about.
    loss : float
    worked_loss : str
    of_weight : float
        ∂L/∂U.
    """

    scale: float
    x: FloatArray
    h: FloatArray
    gradients: FloatArray
    slopes: FloatArray
    worked: tuple[str, ...]
    loss: float
    worked_loss: str
    of_weight: float


class UnrolledDiagram:
    """The network drawn once for every time, from left to right."""

    def __init__(self, axes: "Axes", seen: Unrolled) -> None:
        steps = len(seen.x)
        self.seen = seen
        self.paper, self.marked = theme().paper, theme().behind_text[1]
        bare(axes)
        axes.set_xlim(*_limits(steps))
        axes.set_ylim(-1.15, 0.85)
        times = range(1, steps + 1)
        self.circles = [_circle(axes, time) for time in times]
        self.states = [_write(axes, time, 0, theme().ink) for time in times]
        self.loss = _write(axes, steps + 1.1, 0, theme().ink)
        for time in times:
            _arrow(axes, (time, -0.85), (time, 0), (8, _RADIUS), theme().muted, 1.0)
            ends = (_RADIUS, _RADIUS + 5 * (time == steps))
            _arrow(axes, (time, 0), (time + 1, 0), ends, theme().ink, 1.2)
            _write(axes, time, _BELOW, theme().ink).set_text(as_number(float(seen.x[time - 1])))
        sizes = np.abs(seen.gradients) / (float(np.abs(seen.gradients).max()) or 1.0)
        self.backs = [
            _arrow(
                axes,
                (time + 1, 0.1),
                (time, 0.1),
                (10, 14),
                theme().vermilion,
                _THINNEST + (_WIDEST - _THINNEST) * float(sizes[time - 1]),
                bent=True,
            )
            for time in times
        ]
        self.gradients = [_write(axes, time, _ABOVE, theme().vermilion) for time in times]
        for height, words, color in (
            (_ABOVE, _("∂L/∂hₜ"), theme().vermilion),
            (0, _("hₜ"), theme().ink),
            (_BELOW, _("xₜ"), theme().ink),
        ):
            axes.text(_limits(steps)[0], height, words, ha="left", va="center", color=color)

    def show(self, made: int, came_back: int, *, at_loss: bool) -> None:
        """Show the first states, the loss, and the last gradients."""
        steps = len(self.states)
        now = None if at_loss else made - 1
        if came_back:
            now = steps - came_back
        for place, (circle, state) in enumerate(zip(self.circles, self.states, strict=True)):
            state.set_text(_short(float(self.seen.h[place])) if place < made else "")
            circle.set_markerfacecolor(self.marked if place == now else self.paper)
        self.loss.set_text(f"L =\n{_short(self.seen.loss)}" if at_loss else "L")
        for place, (back, gradient) in enumerate(zip(self.backs, self.gradients, strict=True)):
            is_there = place >= steps - came_back
            back.set_visible(is_there)
            gradient.set_text(_short(float(self.seen.gradients[place])) if is_there else "")


def _short(number: float) -> str:
    """Write a number by two digits, a large one by its whole ones, a tiny one by a single one."""
    if 100 <= abs(number) < 1e5:
        return numeral(float(round(number)))
    return numeral(number, 1 if abs(number) < 1e-3 else 2)


def _limits(steps: int) -> tuple[float, float]:
    return -0.4, steps + 1.6


def _circle(axes: "Axes", time: int) -> "Line2D":
    (circle,) = axes.plot(
        [time],
        [0],
        marker="o",
        markersize=2 * _RADIUS,
        markeredgecolor=theme().ink,
        markerfacecolor=theme().paper,
        zorder=4,
    )
    return circle


def _write(axes: "Axes", x: float, y: float, color: str) -> "Text":
    return axes.text(x, y, "", ha="center", va="center", fontsize=SMALL, color=color, zorder=6)


def _arrow(
    axes: "Axes",
    start: tuple[float, float],
    end: tuple[float, float],
    shrink: tuple[float, float],
    color: str,
    width: float,
    *,
    bent: bool = False,
) -> "FancyArrowPatch":
    """Draw an arrow that begins and ends so many points off; one that goes back is bent, dashed."""
    from matplotlib.patches import FancyArrowPatch

    arrow = FancyArrowPatch(
        start,
        end,
        arrowstyle="-|>",
        mutation_scale=8 + 1.2 * width,
        shrinkA=shrink[0],
        shrinkB=shrink[1],
        color=color,
        linewidth=width,
        linestyle=(0, (max(2.5 / width, 0.6), max(1.5 / width, 0.5))) if bent else "-",
        connectionstyle="arc3,rad=0.45" if bent else "arc3",
        zorder=3,
    )
    axes.add_patch(arrow)
    return arrow


def draw_sizes(axes: "Axes", seen: Unrolled) -> "Line2D":
    """Set up the sizes of the gradients over time; return the line that is still to be filled."""
    from matplotlib.ticker import FuncFormatter

    steps = len(seen.x)
    sizes = np.abs(seen.gradients)
    sizes = sizes[sizes > 0]
    low, high = (float(sizes.min()), float(sizes.max())) if len(sizes) else (0.1, 1.0)
    axes.set_yscale("log")
    axes.set_ylim(min(low / 3, 0.1), max(high * 3, 10))
    axes.set_xlim(*_limits(steps))
    axes.axhline(1, color=theme().muted, linewidth=1, linestyle=":")
    (line,) = axes.plot([], [], color=theme().vermilion, marker="o", linestyle="--")
    axes.set_title(_("size of ∂L/∂hₜ, from the last time back"))
    axes.set_xlabel(_("time t"))
    axes.set_ylabel(_("|∂L/∂hₜ|"))
    axes.set_xticks(range(1, steps + 1))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: numeral(float(value), 1)))
    dress(axes)
    return line
