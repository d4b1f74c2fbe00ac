"""The classification report of a result folder: precision, recall and F1 of every class.

scikit-learn computes it; here it is made to fit 80 columns, and files.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from axone.arrays import IntArray
from axone.messages import shorten
from axone.metrics import rounded

_NAME = 36
"""Characters of a class's name: with the four columns of numbers a line has at most 80."""


def classification_report(
    y_true: IntArray, y_pred: IntArray, class_names: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """Return scikit-learn's report of precision, recall and F1, as text and as data.

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
    from sklearn.metrics import classification_report as report

    numbers = [str(number) for number in range(len(class_names))]
    common: dict[str, Any] = {"labels": np.arange(len(class_names)), "zero_division": 0}
    # Under numbers: a class may be called "accuracy", and two names may be alike once cut.
    table = report(y_true, y_pred, target_names=numbers, output_dict=True, **common)
    data = {
        "accuracy": float(table["accuracy"]),
        "macro": _line(table["macro avg"]),
        "weighted": _line(table["weighted avg"]),
        "classes": [
            {
                "name": name,
                **_line(table[number]),
                "support": int(table[number]["support"]),
            }
            for name, number in zip(class_names, numbers, strict=True)
        ],
    }
    names = [shorten(name, _NAME) for name in class_names]
    text: str = report(y_true, y_pred, target_names=names, digits=3, **common)
    return text, data


def _line(scores: Mapping[str, float]) -> dict[str, float]:
    return rounded(
        {
            "precision": float(scores["precision"]),
            "recall": float(scores["recall"]),
            "f1": float(scores["f1-score"]),
        }
    )
