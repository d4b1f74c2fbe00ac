"""Many trials in one picture: a line each, across an axis for every setting that varied."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray
from axone.errors import DataError, ShapeError
from axone.messages import _, formatted, shorten
from axone.plots.style import SIZE, SMALL, add_note, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BINS = 4
_CURVE = 24
"""Points of a line between two axes."""


def plot_parallel_coordinates(
    columns: Mapping[str, Sequence[Any]],
    scores: ArrayLike,
    *,
    score_name: str,
    maximise: bool = True,
    logarithmic: Sequence[str] = (),
    order: Mapping[str, Sequence[str]] | None = None,
    title: str = _("Trials"),
) -> "Figure":
    """Draw every trial as a line through its values, the better the broader.

    Parameters
    ----------
    columns : mapping of str to sequence of m values
        By the setting's name: numbers, or words, which stand at equal distances.
    scores : array of shape (m,)
        On the last axis, and in the colour.
    score_name : str
    maximise : bool, default True
        Whether high scores are good.
    logarithmic : sequence of str
        Settings whose factors matter, not their differences.
    order : mapping of str to sequence of str, optional
        In which order the words of a setting stand; by default as they come.
    title : str, default "Trials"

    Returns
    -------
    matplotlib.figure.Figure
        8 inches wide, more if the settings need it.

    Raises
    ------
    ShapeError
        A setting with another number of values than there are scores.
    DataError
        No trial, or a score that is not finite.
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.size == 0 or not np.isfinite(values).all():
        raise DataError(_("There must be at least one trial, and every score must be finite."))
    for name, column in columns.items():
        if len(column) != len(values):
            raise ShapeError(
                _(
                    "{name}: {values} values for {trials} trials.",
                    name=name,
                    values=len(column),
                    trials=len(values),
                )
            )
    order = order or {}
    scales = [
        _words(column, order.get(name, ()))
        if any(isinstance(value, str) for value in column)
        else _numbers(np.asarray(column, dtype=np.float64), name in logarithmic)
        for name, column in columns.items()
    ]
    scales.append(_numbers(values, logarithmic=False))
    names = [*columns, score_name]
    with house_style():
        figure = new_figure(title, (max(SIZE[0], 1.35 * len(names)), SIZE[1]))
        axes = figure.subplots()
        _draw_lines(axes, np.column_stack([scale[0] for scale in scales]), values, maximise)
        for position, (_heights, ticks) in enumerate(scales):
            _draw_axis(axes, position, ticks)
        axes.set_xticks(range(len(names)), [_wrapped(name) for name in names])
        axes.tick_params(axis="x", length=0, labelsize=SMALL + 1, labelcolor=theme().ink, pad=8)
        axes.set_xlim(-0.25, len(names) - 0.45)
        axes.set_ylim(-0.04, 1.04)
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(False)
        better = _("high") if maximise else _("low")
        add_note(
            figure,
            _("A line is a trial; the broader, the better. Good is {better}.", better=better),
        )
    return figure


def _draw_lines(axes: "Axes", heights: FloatArray, scores: FloatArray, maximise: bool) -> None:
    """Draw smooth lines, which can be told apart where they meet, the best on top."""
    from matplotlib import colormaps
    from matplotlib.collections import LineCollection

    # Ranks, not scores: a single bad trial would make all others look alike.
    ranks = np.argsort(np.argsort(scores if maximise else -scores, kind="stable"))
    merits = ranks / max(len(scores) - 1, 1) if len(scores) > 1 else np.ones(1)
    share = np.linspace(0.0, 1.0, _CURVE)
    ease = share * share * (3.0 - 2.0 * share)
    x = np.concatenate([position + share for position in range(heights.shape[1] - 1)])
    lines = []
    for row in heights:
        y = np.concatenate([a + (b - a) * ease for a, b in pairwise(row)])
        lines.append(np.column_stack([x, y]))
    by_merit = np.argsort(merits)
    # The better, the farther from the ground.
    colors = colormaps["viridis_r" if theme().name == "light" else "viridis"]
    axes.add_collection(
        LineCollection(
            [lines[k] for k in by_merit],
            colors=[colors(0.05 + 0.9 * merits[k]) for k in by_merit],
            linewidths=[0.8 + 1.4 * merits[k] ** 3 for k in by_merit],
            alpha=0.8,
        )
    )


def _draw_axis(axes: "Axes", position: int, ticks: Mapping[str, float]) -> None:
    axes.plot([position, position], [0, 1], color=theme().muted, linewidth=1.0, zorder=3)
    for label, height in ticks.items():
        axes.plot(
            [position - 0.03, position], [height] * 2, color=theme().muted, linewidth=1.0, zorder=3
        )
        axes.text(
            position - 0.05,
            height,
            shorten(label, 14),
            ha="right",
            va="center",
            fontsize=SMALL,
            color=theme().ink,
            zorder=4,
            bbox={"facecolor": theme().paper, "alpha": 0.75, "edgecolor": "none", "pad": 0.8},
        )


def _words(column: Sequence[Any], order: Sequence[str]) -> tuple[FloatArray, dict[str, float]]:
    """Return heights in [0, 1] and the height of each word."""
    texts = [str(value) for value in column]
    present = set(texts)
    words = [word for word in order if word in present]
    words += [word for word in dict.fromkeys(texts) if word not in words]
    places = np.linspace(0.0, 1.0, len(words)) if len(words) > 1 else np.array([0.5])
    height = dict(zip(words, places.tolist(), strict=True))
    return np.array([height[text] for text in texts]), height


def _numbers(values: FloatArray, logarithmic: bool) -> tuple[FloatArray, dict[str, float]]:
    """Return heights in [0, 1] and the height of a few round numbers."""
    from matplotlib.ticker import MaxNLocator

    placed = np.log10(values) if logarithmic else values
    low, high = float(placed.min()), float(placed.max())
    if low == high:
        return np.full(len(values), 0.5), {str(formatted(values[0], ".3g")): 0.5}
    if logarithmic and high - low >= 1.0:
        marks = np.arange(np.ceil(low), np.floor(high) + 1)
        marks = marks[:: max(1, len(marks) // (_BINS + 2))]
        texts = [str(formatted(10.0**mark, "g")) for mark in marks]
    elif logarithmic:
        marks = np.array([low, high])
        texts = [str(formatted(10.0**mark, ".2g")) for mark in marks]
    else:
        marks = np.asarray(MaxNLocator(_BINS).tick_values(low, high))
        marks = marks[(marks >= low) & (marks <= high)]
        texts = [str(formatted(mark, "g")) for mark in np.round(marks, 10)]
    heights = (marks - low) / (high - low)
    return (placed - low) / (high - low), dict(zip(texts, heights.tolist(), strict=True))


def _wrapped(name: str) -> str:
    breaking = shorten(name, 40).replace(".", ".\n").replace("_", "\n").replace(" (", "\n(")
    return breaking.rstrip()
