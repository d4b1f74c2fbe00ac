"""The reliability diagram: how often what was predicted with some probability came true.

On the dashed line probabilities are honest; below it the network is too sure of itself.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.calibration import Reliability, reliability
from axone.errors import ShapeError
from axone.messages import _, shorten
from axone.plots.classes import checked_labels
from axone.plots.style import LINE_STYLES, SIZE, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CROWDED = 50.0
"""From this ratio of the fullest bin to the emptiest on, rows are counted in powers of ten."""


def plot_calibration(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[object],
    *,
    before: ArrayLike | None = None,
    title: str = _("Calibration"),
    note: str = "",
) -> "Figure":
    """Draw how often predictions came true against their probability, and how many there were.

    Of several classes the predicted one counts; of two, the second. Rows are put into 15 bins; bars
    span where the true frequency of a bin lies with 95 % probability (Jeffreys' interval).

    Parameters
    ----------
    y_true : array of int, shape (m,)
        Class numbers.
    probabilities : array of shape (m, K)
    class_names : sequence of K objects
    before : array of shape (m, K), optional
        Probabilities before calibration, drawn beside them.
    title : str, default "Calibration"
    note : str, default ""
        Written below the picture.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.

    Raises
    ------
    ShapeError
        Not one label and one probability of each class for each row.
    DataError
        There is no row, a label is no class, or a probability is none.
    """
    given = [probabilities] if before is None else [before, probabilities]
    for p in map(np.asarray, given):
        if p.ndim != 2 or p.shape[1] != len(class_names):
            raise ShapeError(
                _(
                    "probabilities have shape {shape}: give one column for each of the "
                    "{classes} class names.",
                    shape=p.shape,
                    classes=len(class_names),
                )
            )
    labels = checked_labels(y_true, class_names, len(np.asarray(probabilities)))
    found = [reliability(p, labels) for p in given]
    errors = [bins.error for bins in found]
    words = (
        [_("calibration error {error:.4f}", error=errors[0])]
        if before is None
        else [
            _("before: calibration error {error:.4f}", error=errors[0]),
            _("calibrated: calibration error {error:.4f}", error=errors[1]),
        ]
    )
    event = shorten(class_names[1], 24) if len(class_names) == 2 else ""
    with house_style():
        figure = new_figure(title, SIZE)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        dress(upper)
        upper.plot(
            [0, 1], [0, 1], color=theme().ink, linestyle=":", linewidth=1.4, label=_("honest")
        )
        looks = ((theme().orange, "s", LINE_STYLES[1]), (theme().blue, "o", "-"))
        for (color, marker, dashes), word, bins in zip(
            looks[-len(found) :], words, found, strict=True
        ):
            _draw_bins(upper, bins, color, word, marker=marker, linestyle=dashes)
            _draw_counts(lower, bins, color)
        upper.set_xlim(-0.01, 1.01)
        upper.set_ylim(-0.02, 1.02)
        upper.set_ylabel(
            _("share of {event}", event=event) if event else _("share predicted right")
        )
        upper.legend(loc="best")
        _name_counts(lower, found)
        lower.set_xlabel(
            _("probability of {event}", event=event)
            if event
            else _("probability of the predicted class")
        )
        bars = _("Bars: where the true share lies with 95 % probability.")
        add_note(figure, bars, note)
    return figure


def _draw_bins(axes: "Axes", bins: Reliability, color: str, label: str, **look: Any) -> None:
    filled = bins.counts > 0
    x, y = bins.confidence[filled], bins.frequency[filled]
    low, high = _interval(y * bins.counts[filled], bins.counts[filled])
    axes.vlines(x, low, high, color=color, alpha=0.35, linewidth=4.0)
    axes.plot(x, y, color=color, markersize=5.0, label=label, **look)


def _interval(true: FloatArray, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return Jeffreys' 95 % interval of a share: quantiles of Beta(k + ½, n − k + ½)."""
    from scipy.special import betaincinv

    a, b = true + 0.5, rows - true + 0.5
    return betaincinv(a, b, 0.025), betaincinv(a, b, 0.975)


def _draw_counts(axes: "Axes", bins: Reliability, color: str) -> None:
    edges = np.linspace(0, 1, len(bins.counts) + 1)
    axes.stairs(bins.counts, edges, fill=True, color=color, alpha=0.45)


def _name_counts(axes: "Axes", found: list[Reliability]) -> None:
    dress(axes)
    counts = np.concatenate([bins.counts for bins in found])
    if counts.max() > _CROWDED * counts[counts > 0].min():
        axes.set_yscale("log")
    axes.set_ylabel(_("rows"))
