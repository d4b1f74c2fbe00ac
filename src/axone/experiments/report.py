"""The classification report of a result folder: precision, recall and F1 of every class.

The table is laid out as scikit-learn's, to fit 80 columns.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from axone.arrays import IntArray
from axone.messages import _, formatted, shorten
from axone.metrics import rounded, scores_by_class

_NAME = 36
"""Characters of a class's name: with the four columns of numbers a line has at most 80."""


def classification_report(
    y_true: IntArray, y_pred: IntArray, class_names: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """Return the report of precision, recall and F1, as text and as data.

    Parameters
    ----------
    y_true, y_pred : arrays of int, shape (m,)
        Class numbers.
    class_names : sequence of str
        Of all classes; in the text cut to 36 characters, so that a line has at most 80.

    Returns
    -------
    text : str
        A line a class, then accuracy and averages.
    data : dict
        `accuracy`; `macro` and `weighted`, each with `precision`, `recall`, `f1`; `classes`, a list
        of the same with `name` and `support` (rows of that class).
    """
    scores = scores_by_class(y_true, y_pred, len(class_names))
    rows = len(y_true)
    accuracy = float(np.mean(y_true == y_pred))
    by_class = list(zip(*(getattr(scores, name).tolist() for name in _SCORES), strict=True))
    averages = {
        average: tuple(scores.mean(name, average, of_all=True) for name in _SCORES)
        for average in ("macro", "weighted")
    }
    data = {
        "accuracy": accuracy,
        **{average: _line(line) for average, line in averages.items()},
        "classes": [
            {"name": name, **_line(line), "support": support}
            for name, line, support in zip(
                class_names, by_class, scores.support.tolist(), strict=True
            )
        ],
    }
    names = [shorten(name, _NAME) for name in class_names]
    means = {average: str(name) for average, name in _AVERAGES.items()}
    width = max(map(len, (*names, *means.values())))

    def written(name: str, cells: Sequence[str], support: str) -> str:
        return f"{name:>{width}} " + "".join(f" {cell:>9}" for cell in (*cells, support))

    headings = [str(_("precision")), str(_("recall")), str(_("f1-score"))]
    lines = [
        written("", headings, str(_("support"))),
        "",
        *(
            written(name, _cells(line), str(support))
            for name, line, support in zip(names, by_class, scores.support, strict=True)
        ),
        "",
        written(str(_("accuracy")), ["", "", *_cells([accuracy])], str(rows)),
        *(written(means[name], _cells(line), str(rows)) for name, line in averages.items()),
    ]
    return "\n".join(lines) + "\n", data


def _cells(scores: Sequence[float]) -> list[str]:
    return [str(formatted(score, ".3f")) for score in scores]


_SCORES: tuple[Literal["precision", "recall", "f1"], ...] = ("precision", "recall", "f1")
_AVERAGES = {"macro": _("macro avg"), "weighted": _("weighted avg")}


def _line(scores: Sequence[float]) -> dict[str, float]:
    return rounded(dict(zip(_SCORES, scores, strict=True)))
