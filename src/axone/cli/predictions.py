"""From the words of `axone predict` to rows, and from a model's predictions for them to CSV."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from axone.data import read_images, read_rows
from axone.errors import DataError
from axone.messages import _
from axone.model import Classes, Model

_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")


def read(rows: Sequence[str], model: Model) -> tuple[Any, Sequence[str]]:
    """Return the rows that the words of a command line name, and for images their file names.

    Raises
    ------
    DataError
        They are neither files of one kind nor the numbers of one row.
    """
    paths = [Path(word) for word in rows]
    if all(path.suffix.lower() in _IMAGES for path in paths):
        return read_images(paths, model.preprocessing.feature_shape), rows
    if len(rows) == 1 and not _is_number(rows[0]):
        return read_rows(paths[0]).X, ()
    if not all(map(_is_number, rows)):
        raise DataError(
            _(
                "Give one file (CSV, NPZ, Parquet), image files, or the numbers of one "
                "row; found {words!r}.",
                words=" ".join(rows),
            )
        )
    return np.asarray([[float(word) for word in rows]]), ()


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def predictions_csv(model: Model, X: Any, names: Sequence[str] = ()) -> str:
    """Return predictions as CSV: the class and its probabilities, or the predicted numbers."""
    header, table = _classes(model, X) if isinstance(model.target, Classes) else _numbers(model, X)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(["file"] if names else []), *header])
    for number, cells in enumerate(table):
        writer.writerow([*(names[number : number + 1]), *cells])
    return text.getvalue()


def _classes(model: Model, X: Any) -> tuple[list[str], list[list[str]]]:
    """Return classes by their names, a 0 or 1 a label of several, and what is known of them."""
    assert isinstance(model.target, Classes)  # noqa: S101 — as the caller has seen
    target, outputs = model.target, model.outputs(X)
    names = target.class_names
    if target.several:
        header = [f"prediction_{name}" for name in names]
        predicted = [list(map(str, row)) for row in target.decode(outputs).tolist()]
    else:
        header = ["prediction"]
        predicted = [[names[number]] for number in target.numbers(outputs).tolist()]
    if not model.has_probabilities:
        return header, predicted
    header += [f"probability_{name}" for name in names]
    probabilities = target.probabilities(outputs).tolist()
    return header, [
        [*words, *(f"{p:.6g}" for p in row)]
        for words, row in zip(predicted, probabilities, strict=True)
    ]


def _numbers(model: Model, X: Any) -> tuple[list[str], list[list[str]]]:
    predicted = model.predict(X)
    numbers = predicted.reshape(len(predicted), -1)
    names = model.target.names
    if len(names) != numbers.shape[1]:
        names = tuple(str(n + 1) for n in range(numbers.shape[1]))
    header = ["prediction"] if len(names) == 1 else [f"prediction_{name}" for name in names]
    return header, [[f"{number:.7g}" for number in row] for row in numbers.tolist()]
