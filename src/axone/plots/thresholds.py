"""ROC and precision-recall curves: what each threshold on a probability would give.

Every class is set against the rest; of two classes only the second, whose curve says it all.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from axone.arrays import FloatArray, IntArray
from axone.errors import DataError, ShapeError
from axone.messages import Message, _, formatted, shorten
from axone.plots.classes import checked_labels
from axone.plots.style import LINE_STYLES, SIZE, add_note, dress, house_style, new_figure, theme
from axone.random import RandomStream

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_CLASSES = 100
"""Of more classes those with the most rows are looked at."""

MOST_CELLS = 2_000_000
"""Rows times classes, beyond which a random sample of the rows is looked at."""

_GRID = np.linspace(0.0, 1.0, 501)


@dataclass(frozen=True)
class _Curve:
    """What the thresholds give for one class, x rising, and the area below."""

    name: str
    x: FloatArray
    y: FloatArray
    area: float


def plot_roc(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[object],
    *,
    title: str = _("ROC curves"),
) -> "Figure":
    """Draw the share of each class that is found against the share of false alarms.

    Up to five classes are named; of more, the five with the smallest areas, the others in grey.
    The average is the mean of the curves (macro).

    Parameters
    ----------
    y_true : array of int, shape (m,)
        Class numbers.
    probabilities : array of shape (m, K)
    class_names : sequence of K objects
    title : str, default "ROC curves"

    Returns
    -------
    matplotlib.figure.Figure
        8 × 5 inches.

    Raises
    ------
    ShapeError
        Not one label and one probability of each class for each row.
    DataError
        There is no row, or a label is no class.
    """
    return _plot(
        _rows(y_true, probabilities, class_names),
        class_names,
        _roc,
        title=title,
        axes=(_("false positive rate (false alarms)"), _("true positive rate (found)")),
        area=_("area"),
        chance=_("chance, area 0.5"),
    )


def plot_precision_recall(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[object],
    *,
    title: str = _("Precision and recall"),
) -> "Figure":
    """Draw how many of the rows called a class are of it, against how many of it are found.

    The figure beside a name is the average precision Σ (Rₙ − Rₙ₋₁)·Pₙ, the area below its steps;
    for the rest see `plot_roc`, whose parameters, result and errors these are.
    """
    return _plot(
        _rows(y_true, probabilities, class_names),
        class_names,
        _precision_recall,
        title=title,
        axes=(_("recall (found)"), _("precision (right among those called so)")),
        area=_("average precision"),
        chance="",
    )


@dataclass(frozen=True)
class _Rows:
    """The rows and classes looked at, and what was left out."""

    labels: IntArray
    probabilities: FloatArray
    classes: IntArray
    notes: list[Message]


def _rows(y_true: ArrayLike, probabilities: ArrayLike, class_names: Sequence[object]) -> _Rows:
    p = np.asarray(probabilities)
    if p.ndim != 2 or p.shape[1] != len(class_names):
        raise ShapeError(
            _(
                "probabilities have shape {shape}: give one row for each label and one column "
                "for each of the {classes} class names.",
                shape=p.shape,
                classes=len(class_names),
            )
        )
    labels = checked_labels(y_true, class_names, len(p))
    if len(p) == 0:
        raise DataError(_("there are no rows: there is nothing to draw."))
    counts = np.bincount(labels, minlength=p.shape[1])
    # A class of no row, or of every row, has no curve.
    classes = np.flatnonzero((counts > 0) & (counts < len(labels)))
    notes: list[Message] = []
    if len(classes) < len(counts) and len(classes):
        notes.append(
            _(
                "Without rows here: {missing:,} of {classes:,} classes.",
                missing=len(counts) - len(classes),
                classes=len(counts),
            )
        )
    if len(counts) == 2:
        classes = classes[classes == 1]
    if len(classes) > MOST_CLASSES:
        notes.append(
            _(
                "The {most} classes with the most rows of {classes:,}.",
                most=MOST_CLASSES,
                classes=len(classes),
            )
        )
        classes = np.sort(classes[np.argsort(-counts[classes], kind="stable")[:MOST_CLASSES]])
    most = MOST_CELLS // max(len(classes), 1)
    if len(labels) > most:
        notes.append(
            _("A random sample of {most:,} of {rows:,} rows.", most=most, rows=len(labels))
        )
        sample = RandomStream.from_seed(0).permutation(len(labels))[:most]
        labels, p = labels[sample], p[sample]
    return _Rows(labels, p, classes, notes)


def _roc(positive: FloatArray, probability: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    from sklearn import metrics as sk

    x, y, _ = sk.roc_curve(positive, probability)
    return x, y, float(sk.auc(x, y))


def _precision_recall(
    positive: FloatArray, probability: FloatArray
) -> tuple[FloatArray, FloatArray, float]:
    from sklearn import metrics as sk

    precision, recall, _ = sk.precision_recall_curve(positive, probability)
    # As sk.average_precision_score, which would sort the rows once more.
    area = float(-np.sum(np.diff(recall) * precision[:-1]))
    # Recall falls as the threshold rises; a precision holds from the recall before up to its own.
    return recall[::-1], precision[::-1], area


_Equation = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray, float]]


def _curves(rows: _Rows, class_names: Sequence[object], equation: _Equation) -> Iterator[_Curve]:
    for k in rows.classes.tolist():
        positive = rows.labels == k
        if positive.any() and not positive.all():  # a sample may have missed it
            yield _Curve(str(class_names[k]), *equation(positive, rows.probabilities[:, k]))


def _plot(
    rows: _Rows,
    class_names: Sequence[object],
    equation: _Equation,
    *,
    title: str,
    axes: tuple[str, str],
    area: str,
    chance: str,
) -> "Figure":
    curves = list(_curves(rows, class_names, equation))
    steps = equation is _precision_recall
    with house_style():
        figure = new_figure(title, SIZE)
        panel = figure.subplots()
        dress(panel)
        panel.set_xlabel(axes[0])
        panel.set_ylabel(axes[1])
        panel.set_xlim(-0.01, 1.01)
        panel.set_ylim(-0.01, 1.02)
        _draw_curves(panel, curves, area, steps=steps)
        if chance:
            panel.plot(
                [0, 1], [0, 1], color=theme().muted, linestyle=":", linewidth=1.2, label=chance
            )
        elif len(curves) == 1:
            share = float((rows.labels == rows.classes[0]).mean())
            label = _("chance, {share:.3g}", share=share)
            panel.axhline(share, color=theme().muted, linestyle=":", linewidth=1.2, label=label)
        if curves:
            figure.legend(loc="outside right center", title=area)
        else:
            words = _("all rows are of one class: there is no curve")
            panel.text(0.5, 0.5, words, ha="center", color=theme().muted)
        unnamed = len(curves) > len(theme().palette)
        smallest = (
            [_("Named: the {count} classes with the smallest areas.", count=len(theme().palette))]
            if unnamed
            else []
        )
        add_note(figure, *smallest, *rows.notes)
    return figure


def _draw_curves(axes: "Axes", curves: list[_Curve], area: str, *, steps: bool) -> None:
    style = "steps-pre" if steps else "default"
    worst = sorted(range(len(curves)), key=lambda i: curves[i].area)[: len(theme().palette)]
    others = [curve for i, curve in enumerate(curves) if i not in worst]
    for number, curve in enumerate(others):
        label = _("the {count} other classes", count=len(others)) if number == 0 else None
        axes.plot(
            curve.x,
            curve.y,
            color=theme().muted,
            alpha=0.35,
            linewidth=0.7,
            drawstyle=style,
            label=label,
        )
    looks = zip(theme().palette, LINE_STYLES, strict=True)
    for (color, dashes), i in zip(looks, sorted(worst), strict=False):
        curve = curves[i]
        named = f"{shorten(curve.name, 22)}  {formatted(curve.area, '.3f')}"
        axes.plot(curve.x, curve.y, color=color, linestyle=dashes, drawstyle=style, label=named)
    if len(curves) > 1:
        mean = np.mean([_at_grid(curve, steps) for curve in curves], axis=0)
        average = _(
            "average of {classes}  {mean:.3f}",
            classes=len(curves),
            mean=np.mean([curve.area for curve in curves]),
        )
        axes.plot(_GRID, mean, color=theme().ink, linestyle=":", linewidth=2.6, label=average)


def _at_grid(curve: _Curve, steps: bool) -> FloatArray:
    """Return the curve's heights over the grid, so that curves can be averaged."""
    if not steps:
        return np.interp(_GRID, curve.x, curve.y)
    # The first of equal recalls has the highest precision: the one that counts in the area.
    return curve.y[np.searchsorted(curve.x, _GRID)]
