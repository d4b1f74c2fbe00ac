"""From the words of `axone predict` to rows, and from a model's predictions for them to CSV."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.data import NO_OPTIONS, TableOptions, read_images, read_rows
from axone.data.beginnings import Beginnings
from axone.data.characters import Characters, texts_of_rows
from axone.data.class_folders import SOUNDS, files_below
from axone.data.frames import as_frame, is_frame
from axone.data.media import is_medium
from axone.data.pictures import Pictures
from axone.data.remarks import remarks_on
from axone.data.series_windows import SeriesWindows
from axone.data.sounds import Sounds
from axone.data.sources import is_stream, shown_source
from axone.data.texts import read_texts, reading_of
from axone.errors import DataError, UnknownNameError
from axone.losses import nearest_to_the_median
from axone.messages import Message, _, _n
from axone.model import Classes, Inputs, Model, NextCharacter, Numbers

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class RowsToPredict:
    """Rows, and what is written before the prediction of each.

    Attributes
    ----------
    X : ndarray or pandas.DataFrame
    carried : dict of str to sequence of str
        Columns that are carried through, by their names.
    notes : tuple of str
        What the rows have that those of training had not.
    images : ndarray, optional
        What the network sees of image files, (m, height, width) or (m, channels, height, width).
    """

    X: Any
    carried: Mapping[str, Sequence[str]]
    notes: tuple[str, ...] = ()
    images: Any = None


def read(
    words: Sequence[str],
    model: Model,
    keep: Sequence[str] = (),
    table: TableOptions = NO_OPTIONS,
) -> RowsToPredict:
    """Return the rows that the words of a command line name.

    Raises
    ------
    DataError
        They are neither files of one kind nor the numbers of one row.
    UnknownNameError
        A column to be kept is not there.
    """
    first = model.preprocessing.steps[0]
    paths, notes = _files_of([Path(word) for word in words], first)
    if all(map(is_medium, paths)):
        X, told = _of_files(paths, model)
        notes += told
        carried = {"file": list(map(str, paths))}
        return _without_columns(RowsToPredict(X, carried, notes, _as_images(X)), keep)
    if isinstance(first, Beginnings):
        given = _texts(words, first, table)
        return _without_columns(RowsToPredict(given, {"text": given}), keep)
    if isinstance(first, Characters) and not any(path.exists() for path in paths):
        texts = np.array(words)
        return _without_columns(RowsToPredict(texts, {"text": words}, first.remarks(texts)), keep)
    if len(words) == 1 and (is_stream(words[0]) or not _is_number(words[0])):
        rows = read_rows(words[0], table)
        if not is_frame(rows.X):
            return _without_columns(RowsToPredict(rows.X, {}, rows.notes), keep)
        return _of_table(as_frame(rows.X, shown_source(words[0])), model, keep, rows.notes)
    if not all(map(_is_number, words)):
        raise DataError(
            _(
                "Give one file (CSV, Excel, Parquet, NPZ, …), image files or folders of them, or "
                "the numbers of one row; found {words!r}.",
                words=" ".join(words)[:80],
            )
        )
    row = np.asarray([[float(word) for word in words]])
    return _without_columns(RowsToPredict(row, {}), keep)


def _files_of(paths: Sequence[Path], first: Any) -> tuple[list[Path], tuple[str, ...]]:
    """Return files as they are, and of folders the images in them; for a model of sounds those.

    To a generator every word is a text, even where a folder is called so.
    """
    found: list[Path] = []
    notes: tuple[str, ...] = ()
    for path in paths:
        if path.is_dir() and not isinstance(first, Beginnings):
            files, told = files_below(path, "sounds" if isinstance(first, Sounds) else "images")
            found += files
            notes += told
        else:
            found.append(path)
    return found, notes


def _texts(words: Sequence[str], step: Beginnings, table: TableOptions) -> list[str]:
    """Return the texts that words are, or those of the file that one names."""
    if len(words) == 1 and (is_stream(words[0]) or Path(words[0]).exists()):
        return read_texts(words[0], table=reading_of(step, table)).texts
    texts = texts_of_rows(list(words))
    step.numbers(texts)
    return texts


def _of_files(paths: Sequence[Path], model: Model) -> tuple[Any, tuple[Message, ...]]:
    """Return image files or sounds as the model's training rows were read, and what was lost."""
    first = model.preprocessing.steps[0]
    sounds = [path for path in paths if path.suffix.lower() in SOUNDS]
    if isinstance(first, Sounds) and len(sounds) == len(paths):
        return first.read_and_tell(paths)
    if sounds or isinstance(first, Sounds):
        raise DataError(
            _(
                "{path}: the model was trained on {kind}, and takes no such files.",
                path=next(iter(sounds if not isinstance(first, Sounds) else paths)),
                kind=_("sounds") if isinstance(first, Sounds) else _("no sounds"),
            )
        )
    if isinstance(first, Pictures):
        return first.read(paths), ()
    return read_images(paths, model.preprocessing.feature_shape), ()


def _as_images(X: Any) -> Any:
    """Return examples as images, a flat one as a square; None if they are no bytes."""
    if X.dtype != np.uint8:
        return None
    if X.ndim == 2:
        side = math.isqrt(X.shape[1])
        return X.reshape(len(X), side, side) if side * side == X.shape[1] else None
    return X


def _of_table(
    frame: "DataFrame", model: Model, keep: Sequence[str], notes: tuple[str, ...]
) -> RowsToPredict:
    if isinstance(model.preprocessing.steps[0], SeriesWindows):
        return _without_columns(RowsToPredict(frame, {}, notes), keep)
    for name in keep:
        if name not in frame.columns:
            raise UnknownNameError(_("column"), name, list(frame.columns), where=_("--keep"))
    carried = {name: _as_written(frame[name]) for name in keep}
    encoder = model.preprocessing.encoder
    if encoder is not None and set(encoder.names) <= set(frame.columns):
        seen = frame.drop(columns=[name for name in keep if name not in encoder.names])
        notes += remarks_on(encoder, seen, model.target.column)
    return RowsToPredict(frame, carried, notes)


def _without_columns(rows: RowsToPredict, keep: Sequence[str]) -> RowsToPredict:
    if keep:
        raise DataError(_("--keep carries columns of a table through, and these rows have none."))
    return rows


def _as_written(values: Any) -> list[str]:
    cells = zip(values.astype(object), values.isna(), strict=True)
    return ["" if missing else _cell(cell) for cell, missing in cells]


def _cell(cell: Any) -> str:
    return shortest(cell) if isinstance(cell, float | np.floating) else str(cell)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def shortest(number: Any) -> str:
    """Return the shortest text that reads back to the same number, of its own precision.

    Whole numbers have no point, and there are exponents only where digits would be many.
    """
    value = number if isinstance(number, np.floating) else np.float64(number)
    if not math.isfinite(value):
        return str(value)
    if value == 0 or 1e-4 <= abs(value) < 1e15:
        return np.format_float_positional(value, unique=True, trim="-")
    return np.format_float_scientific(value, unique=True, trim="-", exp_digits=1)


def predictions_csv(model: Model, rows: RowsToPredict) -> str:
    """Return predictions as CSV: the class and its probabilities, or the predicted numbers.

    Raises
    ------
    DataError
        A prediction is no finite number.
    """
    predict = _PREDICTED.get(type(model.target), _numbers)
    header, table = predict(model, rows.X)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*rows.carried, *header])
    carried = list(zip(*rows.carried.values(), strict=True)) or [()] * len(table)
    for before, cells in zip(carried, table, strict=True):
        writer.writerow([*before, *cells])
    return text.getvalue()


def _classes(model: Model, X: Any) -> tuple[list[str], list[list[str]]]:
    """Return classes by their names, a 0 or 1 a label of several, and what is known of them."""
    assert isinstance(model.target, Classes)  # noqa: S101 — as the caller has seen
    target, outputs = model.target, _finite(model.outputs(X))
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
    probabilities = target.probabilities(outputs)
    return header, [
        [*words, *map(shortest, row)] for words, row in zip(predicted, probabilities, strict=True)
    ]


def _continued(model: Model, X: Any) -> tuple[list[str], list[list[str]]]:
    """Return how probable a generator holds texts, and how far it wondered at each character."""
    log_p = model.log_probabilities(X)
    perplexity = np.exp(-log_p / [len(text) + 1 for text in X])
    pairs = zip(log_p, perplexity, strict=True)
    return ["log_probability", "perplexity"], [list(map(shortest, pair)) for pair in pairs]


def _numbers(model: Model, X: Any) -> tuple[list[str], list[list[str]]]:
    """Return the predicted numbers; of quantiles also the ends of their interval, then the rest."""
    target = model.target
    if isinstance(target, Inputs):
        return ["anomaly_score"], [[shortest(score)] for score in _finite(model.predict(X))]
    if isinstance(target, Numbers) and target.levels:
        quantiles = _finite(model.predict_quantiles(X))
        words, places = _columns_of(target.levels)
    else:
        quantiles, words, places = _finite(model.predict(X))[..., None], ["prediction"], [0]
    numbers = quantiles.reshape(len(quantiles), -1, quantiles.shape[-1])
    names = target.names
    if len(names) != numbers.shape[1]:
        names = tuple(str(n + 1) for n in range(numbers.shape[1]))
    alone = len(names) == 1
    header = [word if alone else f"{word}_{name}" for word in words for name in names]
    cells = np.concatenate([numbers[..., at] for at in places], axis=1)
    return header, [list(map(shortest, row)) for row in cells]


def _columns_of(levels: Sequence[float]) -> tuple[list[str], list[int]]:
    """Return what the columns of quantiles are called, and where each stands among the levels.

    Examples
    --------
    >>> _columns_of((0.05, 0.25, 0.5, 0.75, 0.95))
    (['prediction', 'lower', 'upper', 'quantile_0.25', 'quantile_0.75'], [2, 0, 4, 1, 3])
    """
    middle, last = nearest_to_the_median(levels), len(levels) - 1
    between = [at for at in range(1, last) if at != middle]
    words = ["prediction", "lower", "upper", *(f"quantile_{levels[at]:g}" for at in between)]
    return words, [middle, 0, last, *between]


_PREDICTED = {Classes: _classes, NextCharacter: _continued}
"""What is written of what is predicted; of everything else the numbers."""


def _finite(outputs: Any) -> Any:
    """Refuse predictions that are no numbers: a class chosen of them would be made up."""
    rows = np.isfinite(outputs).reshape(len(outputs), -1).all(axis=1)
    broken = int(np.count_nonzero(~rows))
    if broken:
        raise DataError(
            _n(
                "The model gives no finite number for {count} row, row {row} (counted from 1): its "
                "cells are too large, or the model diverged in training.",
                "The model gives no finite numbers for {count} rows, the first row {row} (counted "
                "from 1): their cells are too large, or the model diverged in training.",
                broken,
                row=int(np.argmin(rows)) + 1,
            )
        )
    return outputs
