"""How much each character of a text surprises a generator that reads it from left to right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.errors import DataError, ShapeError
from axone.messages import _, _n
from axone.plots.style import SIZE, add_note, color_map, dress, house_style, new_figure, theme
from axone.shown import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_SURPRISED = 16
"""Texts of one picture."""

_MOST_CHARACTERS = 40
"""Of each text, from its beginning: more would be too small to be read."""

_END = "\N{PILCROW SIGN}"
_LARGEST = 8.0
"""Bits from which on colours are the same: one character of 256."""


def plot_surprise(
    texts: Sequence[str],
    surprises: Sequence[ArrayLike],
    *,
    title: str = _("What comes as a surprise"),
) -> "Figure":
    """Draw texts a line each, every character, and the end, on the colour of its −log₂ p.

    Parameters
    ----------
    texts : sequence of str
        The first 16 are drawn, and of each the first 40 characters.
    surprises : sequence of arrays of shape (n + 1,)
        Of each text of n characters −log₂ p of its characters, given those before, and of its end:
        its information in bits (Shannon 1948).
    title : str

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ShapeError
        Not a number for each character and one for the end.
    DataError
        There is no text, or a number is negative or none.
    """
    rows = [np.asarray(row, dtype=np.float64) for row in surprises]
    if not texts or len(rows) != len(texts):
        raise DataError(_("There is no text to be drawn, or not a row of numbers for each."))
    for text, row in zip(texts, rows, strict=True):
        if row.shape != (len(text) + 1,):
            raise ShapeError(
                _(
                    "surprises of a text of {count} characters have shape {shape}; give one for "
                    "each, and one for the end.",
                    count=len(text),
                    shape=row.shape,
                )
            )
        if not (row >= 0).all():
            raise DataError(_("surprises are −log₂ p, none below 0."))
    shown = [f"{text}{_END}"[:_MOST_CHARACTERS] for text in texts[:MOST_SURPRISED]]
    cells = np.full((len(shown), max(map(len, shown))), np.nan)
    for line, text in enumerate(shown):
        cells[line, : len(text)] = rows[line][: len(text)]
    with house_style():
        figure = new_figure(title, (SIZE[0], 1.4 + 0.3 * len(shown)))
        axes = figure.subplots()
        colors = color_map(theme().behind_text).with_extremes(bad=theme().paper)
        image = axes.imshow(cells, cmap=colors, vmin=0.0, vmax=_LARGEST, aspect="auto")
        _write(axes, shown)
        bar = figure.colorbar(image, ax=axes, shrink=0.8, extend="max")
        bar.set_label(_("surprise −log₂ p, bits"))
        bar.outline.set_visible(False)
        dress(bar.ax, grid=False)
        mean = float(np.concatenate(rows).mean())
        add_note(
            figure,
            _n(
                "{bits:.2f} bits a character in {count} text.",
                "{bits:.2f} bits a character in {count} texts.",
                len(rows),
                bits=mean,
            ),
            _("{sign} is the end of a text.", sign=_END),
        )
    return figure


def _write(axes: "Axes", texts: Sequence[str]) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    for line, text in enumerate(texts):
        for place, character in enumerate(text):
            axes.text(
                place,
                line,
                visible(character),
                ha="center",
                va="center",
                fontsize=9.0,
                color=theme().ink,
            )
