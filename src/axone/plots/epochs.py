"""What axes share whose x is the epoch: whole numbers below, and losses over many decades."""

from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

LOG_DECADES = 1.5
"""Losses that span more than this many powers of ten are drawn on a logarithmic axis."""


def count_epochs(axes: "Axes", epochs: FloatArray) -> None:
    """Let x go from the first epoch to the last, in whole numbers."""
    from matplotlib.ticker import MaxNLocator

    first, last = epochs.min(), epochs.max()
    margin = max(0.03 * (last - first), 0.5)
    axes.set_xlim(first - margin, last + margin)
    axes.set_xlabel(_("epoch"))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True, min_n_ticks=1))


def scale_losses(axes: "Axes", losses: FloatArray) -> None:
    """Make y logarithmic if the losses (NaN where there are none) need it and allow it."""
    finite = losses[np.isfinite(losses)]
    if finite.size == 0 or finite.min() <= 0.0:
        return
    decades = float(np.log10(finite.max()) - np.log10(finite.min()))
    if decades <= LOG_DECADES:
        return
    axes.set_yscale("log")
    label_decades(axes.yaxis, decades)


def label_decades(axis: "Axis", decades: float) -> None:
    """Label a logarithmic axis of so many powers of ten with plain numbers.

    Those of Matplotlib are formulas, which the house style does not set.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    from axone.plots.ticks import NumberFormatter

    subs = (1.0, 2.0, 5.0) if decades < 3.0 else (1.0,)
    axis.set_major_locator(LogLocator(subs=subs, numticks=12))
    axis.set_major_formatter(NumberFormatter("g"))
    axis.set_minor_formatter(NullFormatter())
