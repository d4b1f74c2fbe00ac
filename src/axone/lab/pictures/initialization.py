"""The picture of initial weights: signals by layer before training, and losses by epoch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.messages import _
from axone.plots.epochs import count_epochs, scale_losses
from axone.plots.ideas.initializers import Beginning, Reach, draw_spreads
from axone.plots.style import add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GUESSING = float(np.log(2))
"""The cross-entropy of ŷ = ½ for every row."""


@dataclass(frozen=True, eq=False)
class Tried:
    """A beginning, how far its signals reach, and what training made of it.

    Attributes
    ----------
    beginning : Beginning
    reach : Reach
    losses : array of shape (epochs,)
        Fewer where it diverged.
    diverged : bool
    """

    beginning: Beginning
    reach: Reach
    losses: FloatArray
    diverged: bool

    @property
    def loss(self) -> float:
        """The last one, infinite if training diverged."""
        return float("inf") if self.diverged else float(self.losses[-1])

    @property
    def forward(self) -> float:
        """By which a layer multiplies the spread of its inputs, in the geometric mean."""
        return float(_ratio(self.reach.activations) ** (1 / (len(self.reach.activations) - 1)))

    @property
    def back(self) -> float:
        """Of the spread of δ at the last layer what is found at the first."""
        return float(_ratio(self.reach.deltas[::-1]))


def _ratio(way: FloatArray) -> float:
    """Return the last number on a way for each unit of the first; NaN where there is none."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        found = float(way[-1] / way[0])
    return found if np.isfinite(found) else float("nan")


def draw_initialization(tried: list[Tried], activation: str) -> "Figure":
    """Draw activations and gradients by layer, and below them the training losses."""
    with house_style():
        figure = new_figure(
            _(
                "Initial weights in {depth} layers, {activation}: signals, and training",
                depth=len(tried[0].reach.activations),
                activation=activation,
            ),
            (9.2, 8.6),
        )
        panels = figure.subplot_mosaic(
            [["forward", "back"], ["losses", "losses"]], height_ratios=(5, 4)
        )
        draw_spreads(panels["forward"], [each.reach.activations for each in tried])
        panels["forward"].set_title(_("Forward: standard deviation of a"))
        draw_spreads(panels["back"], [each.reach.deltas for each in tried], back=True)
        panels["back"].set_title(_("Back: standard deviation of δ = ∂L/∂z"))
        _draw_losses(panels["losses"], tried)
        add_note(
            figure,
            _("Above, before training, level lines are good."),
            _("Below, a noisy XOR is learnt; the dotted line is guessing, ln 2."),
        )
    return figure


def _draw_losses(axes: "Axes", tried: list[Tried]) -> None:
    axes.axhline(GUESSING, color=theme().muted, linestyle=":", linewidth=1.0, zorder=1)
    for number, each in enumerate(tried):
        count = len(each.losses)
        every = max(count // 15, 1)
        title = each.beginning.title
        axes.plot(
            np.arange(1, count + 1),
            each.losses,
            color=theme().named(each.beginning.color),
            linestyle=each.beginning.dashes,
            marker=each.beginning.marker,
            markersize=4,
            markevery=(number % every, every),  # where two lines are one, both are seen
            label=str(_("{title}: diverges", title=title) if each.diverged else title),
        )
    count_epochs(axes, np.arange(1, max(len(each.losses) for each in tried) + 1))
    scale_losses(axes, np.concatenate([each.losses for each in tried]))
    axes.set_ylabel(_("training loss"))
    axes.set_title(_("Trained"))
    axes.legend(
        loc="upper left", bbox_to_anchor=(0.0, -0.2), ncols=3, handlelength=3, borderaxespad=0.0
    )
    dress(axes)
