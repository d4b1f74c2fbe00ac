"""How many rows each class has: imbalance at a glance."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from axone.plots.images import as_class_numbers
from axone.plots.style import (
    BLUE,
    SMALL,
    VERMILION,
    add_note,
    dress,
    house_style,
    new_figure,
    shorten,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DRAWN = 40


def plot_label_histogram(
    labels: npt.ArrayLike,
    class_names: Sequence[object],
    *,
    title: str = "Rows of each class",
) -> "Figure":
    """Draw a bar for the rows of each class, and a line where all would be were they balanced.

    Parameters
    ----------
    labels : array_like of int, shape (m,)
        Positions in `class_names`.
    class_names : sequence, length n_classes
        Of more than 40 classes the 40 most frequent are drawn.
    title : str, default "Rows of each class"
        Plain words above the picture.

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches, higher for more than 15 classes.

    Raises
    ------
    DataError
        The labels are not class numbers.
    """
    numbers = as_class_numbers(labels, len(class_names))
    counts = np.bincount(numbers, minlength=len(class_names))
    shown = np.arange(len(counts))
    if len(counts) > _DRAWN:
        shown = np.sort(np.argsort(-counts, kind="stable")[:_DRAWN])
    with house_style():
        figure = new_figure(title, (8.0, max(5.0, 1.0 + 0.24 * len(shown))))
        axes = figure.subplots()
        dress(axes)
        axes.grid(visible=False, axis="y")
        positions = np.arange(len(shown))
        bars = axes.barh(positions, counts[shown], height=0.75, color=BLUE)
        words = [f" {count:,} ({count / len(numbers):.1%})" for count in counts[shown]]
        axes.bar_label(bars, labels=words, fontsize=SMALL)
        axes.axvline(
            len(numbers) / len(counts), color=VERMILION, linestyle="--", label="if balanced"
        )
        axes.set_yticks(positions, [shorten(class_names[index], 24) for index in shown.tolist()])
        axes.set_ylim(len(shown) - 0.4, -0.6)
        # Room for the numbers after the longest bar.
        axes.set_xlim(0.0, 1.22 * counts.max())
        axes.xaxis.set_major_formatter(lambda count, _: f"{count:,.0f}")
        axes.locator_params(axis="x", nbins=7, integer=True)
        axes.set_xlabel("rows")
        axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
        if len(shown) < len(counts):
            add_note(figure, f"Drawn: the {len(shown)} most frequent of {len(counts)} classes.")
    return figure
