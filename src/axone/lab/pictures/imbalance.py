"""Rare cases in a plane: where they begin to be called rare, and what each threshold gives."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.messages import Message, _
from axone.plots.style import add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Border: TypeAlias = tuple[Message, Callable[[FloatArray], FloatArray], float]
"""A name, the probability of rows (m, 2), and from which on they are called rare."""

Curves: TypeAlias = tuple[FloatArray, FloatArray, FloatArray]
"""Precision and recall, and the thresholds, rising, that give them."""

_STYLES = ("solid", "dashed", "dashdot")


def precision_and_recall(rare: BoolArray, p: FloatArray) -> Curves:
    """Return precision and recall of the rare class at each threshold that changes one of them.

    Parameters
    ----------
    rare : array of bool, shape (m,)
    p : array of shape (m,)
        The probability of being rare.
    """
    from sklearn.metrics import precision_recall_curve

    precision, recall, thresholds = precision_recall_curve(rare, p)
    # The last of both is that of no threshold.
    return precision[:-1], recall[:-1], thresholds


def plot_rare_cases(
    rows: tuple[FloatArray, BoolArray], borders: Sequence[Border], curves: Curves, title: Message
) -> "Figure":
    """Draw rows with borders between common and rare, and precision and recall by threshold.

    Parameters
    ----------
    rows : pair of arrays
        Points (m, 2), and which of them are rare.
    borders : sequence of at most three borders
    curves : triple of arrays
        As of `precision_and_recall`, for the classifier of the first border.
    title : Message

    Returns
    -------
    matplotlib.figure.Figure
        9.5 × 5.4 inches.
    """
    with house_style():
        figure = new_figure(title, (9.5, 5.4))
        left, right = figure.subplots(1, 2)
        _draw_plane(left, *rows, borders)
        _draw_thresholds(right, curves, (borders[0][2], borders[-1][2]))
        add_note(
            figure,
            _("Left: training rows, and where each way begins to call rows rare."),
            _("Right: test rows, the network trained plainly, at every threshold."),
        )
    return figure


def _draw_plane(
    axes: "Axes", points: FloatArray, is_rare: BoolArray, borders: Sequence[Border]
) -> None:
    common, rare = points[~is_rare], points[is_rare]
    axes.scatter(common[:, 0], common[:, 1], s=6, color=theme().muted, alpha=0.35, linewidths=0)
    axes.scatter(rare[:, 0], rare[:, 1], s=22, color=theme().vermilion, marker="^", zorder=3)
    low, high = points.min(axis=0) - 0.3, points.max(axis=0) + 0.3
    first, second = np.meshgrid(*(np.linspace(low[at], high[at], 161) for at in (0, 1)))
    grid = np.column_stack([first.ravel(), second.ravel()])
    # The dots themselves would be too faint in a legend.
    for name, marker, color in (
        (_("common"), "o", theme().muted),
        (_("rare"), "^", theme().vermilion),
    ):
        axes.plot([], [], linestyle="none", marker=marker, color=color, label=str(name))
    for (border, probability, level), color, style in zip(borders, _colors(), _STYLES, strict=True):
        heights = probability(grid).reshape(first.shape)
        if heights.min() < level < heights.max():
            axes.contour(
                first, second, heights, [level], colors=[color], linestyles=[style], linewidths=2.0
            )
        axes.plot([], [], color=color, linestyle=style, linewidth=2.0, label=str(border))
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_xlabel(_("x₁"))
    axes.set_ylabel(_("x₂"))
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2)
    dress(axes, grid=False)


def _colors() -> tuple[str, str, str]:
    return theme().ink, theme().blue, theme().green


def _draw_thresholds(axes: "Axes", curves: Curves, marked: tuple[float, float]) -> None:
    precision, recall, thresholds = curves
    axes.plot(thresholds, recall, color=theme().blue, label=str(_("recall")))
    axes.plot(
        thresholds, precision, color=theme().vermilion, linestyle="--", label=str(_("precision"))
    )
    for at, color, style in zip(marked, _colors()[::2], _STYLES[::2], strict=True):
        label = str(_("threshold {at:.3g}", at=at))
        axes.axvline(at, color=color, linestyle=style, linewidth=1.3, zorder=1, label=label)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel(_("threshold on the probability of the rare class"))
    axes.set_ylabel(_("share"))
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2)
    dress(axes)
