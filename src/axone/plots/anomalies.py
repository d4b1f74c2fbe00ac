"""How large the errors of reconstruction are, row by row: where the ordinary ends."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.errors import DataError
from axone.messages import _, _n, formatted
from axone.plots.style import LINE_STYLES, SMALL, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BINS = 60
_SHARE = 0.99


def plot_anomaly_scores(
    scores: Mapping[str, ArrayLike], *, title: str = _("Errors of reconstruction")
) -> "Figure":
    """Draw a histogram of the scores of each part, and what 99 % of the first one's stay below.

    Parameters
    ----------
    scores : mapping of str to array of shape (m,)
        By the name of the part, the training rows first.
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        There is no finite score.
    """
    found = {name: np.asarray(each, dtype=np.float64).ravel() for name, each in scores.items()}
    finite = {name: each[np.isfinite(each)] for name, each in found.items()}
    finite = {name: each for name, each in finite.items() if each.size}
    if not finite:
        raise DataError(_("There is no finite score to draw."))
    everything = np.concatenate(list(finite.values()))
    limit = float(np.quantile(next(iter(finite.values())), _SHARE))
    # A few rows far outside would press all others into one bar.
    end = max(float(np.quantile(everything, 0.999)), limit) or 1.0
    edges = np.linspace(0.0, end, _BINS + 1)
    with house_style():
        figure = new_figure(title)
        axes = figure.subplots()
        dress(axes)
        looks = zip(theme().palette, LINE_STYLES, strict=True)
        for (name, each), (colour, dashes) in zip(finite.items(), looks, strict=False):
            counts, _edges = np.histogram(np.minimum(each, end), edges)
            label = f"{name} ({formatted(each.size, ',')})"
            axes.stairs(
                counts / each.size,
                edges,
                color=colour,
                linestyle=dashes,
                linewidth=1.6,
                label=label,
            )
        axes.axvline(limit, color=theme().ink, linewidth=1.0, linestyle="--")
        axes.annotate(
            _(
                " {share:.0%} of {part} rows are below {limit:.3g}",
                share=_SHARE,
                part=next(iter(finite)),
                limit=limit,
            ),
            (limit, 1.0),
            xycoords=("data", "axes fraction"),
            va="top",
            ha="right" if limit > 0.6 * end else "left",
            fontsize=SMALL,
        )
        axes.set_xlim(0.0, end)
        axes.set_ylim(bottom=0.0)
        axes.set_xlabel(_("anomaly score: mean square of what is left, in scaled units"))
        axes.set_ylabel(_("share of the rows"))
        axes.legend(loc="center right")
        beyond = int((everything > end).sum())
        if beyond:
            note = _n(
                "{count} row lies further out, in the last bar.",
                "{count:,} rows lie further out, in the last bar.",
                beyond,
            )
            add_note(figure, note)
    return figure
