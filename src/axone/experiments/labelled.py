"""Rows with their targets, from a file to what a model is measured on."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.data import NO_OPTIONS, Dataset, NewRows, TableOptions, load_dataset, read_rows
from axone.data.conditions import condition_of
from axone.data.frames import as_frame, numbers_of
from axone.data.media import labelled_files
from axone.data.reading import read_columns
from axone.data.remarks import remarks_on
from axone.data.series_windows import SeriesWindows
from axone.data.sources import is_name
from axone.data.tables import missing_labels, rows_left_out, truths_told
from axone.data.texts import continued, known_to, read_texts, reading_of
from axone.errors import DataError
from axone.experiments.preparation import Part
from axone.messages import _, listed
from axone.model import Classes, Inputs, Model, NextCharacter
from axone.model.generating import beginnings_of

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """Rows that a model can be measured on.

    Attributes
    ----------
    part : Part
        Without those that have no target.
    notes : tuple of str
        What is new in them, and how many were left out.
    """

    part: Part
    notes: tuple[str, ...]


def read_labelled(
    path: str | Path, model: Model, column: str, table: TableOptions = NO_OPTIONS
) -> LabelledRows:
    """Read rows with their target, as the model takes them.

    Parameters
    ----------
    path : str or Path
        A file of rows, ``-``, a database's URL, a folder of classes, or a dataset's name, of which
        the test rows that it brings are read, or all where it brings none.
    model : Model
    column : str
        The target's column in a table.
    table : TableOptions, optional
        How a table is to be read where its cells do not say it.

    Raises
    ------
    DataError
        No target in the file, or labels, numbers and characters that the model does not know.
    """
    _require_measurable(model, path)
    if is_name(path):
        return _of_dataset(str(path), model, column, table)
    read_own = _OF_THEMSELVES.get(type(model.target))
    if read_own is not None:
        return read_own(str(path), model, column, table)
    if Path(path).is_dir():
        rows = NewRows(*labelled_files(Path(path), model.preprocessing.steps[0]))
    else:
        rows = read_rows(path, table, column or None)
    X, y, notes = rows.X, rows.y, list(rows.notes)
    first = model.preprocessing.steps[0]
    if isinstance(first, SeriesWindows) and not isinstance(X, np.ndarray):
        X, y = first.examples(X)
    elif not isinstance(X, np.ndarray):
        frame = as_frame(X, str(path))
        y = _targets(frame, model, column, str(path), table)
        known = ~missing_labels(y)
        if lost := int(np.count_nonzero(~known)):
            notes.append(rows_left_out(lost, column))
            frame, y = frame[known].reset_index(drop=True), y[known]
        encoder = model.preprocessing.encoder
        if encoder is not None and len(frame):
            notes += remarks_on(encoder, frame, _column_of(column, frame))
        X = frame if encoder is not None else frame.drop(columns=_column_of(column, frame))
    elif y is None:
        raise DataError(_without_target(rows, column, str(path)))
    if not len(X):
        raise DataError(
            _("{path}: no row has a target {column!r} to compare with.", path=path, column=column)
        )
    if isinstance(model.target, Classes):
        y = model.target.encode(y)
    return LabelledRows(_part_of(model, X, y), tuple(notes))


def _require_measurable(model: Model, path: str | Path) -> None:
    if isinstance(model.target, Classes) and (model.target.several or not model.has_probabilities):
        raise DataError(
            _(
                "{path}: only models that give one class a row, with its probability, or "
                "numbers can be evaluated; this one was saved by an estimator of another "
                "kind.",
                path=path,
            )
        )


def _of_dataset(name: str, model: Model, column: str, table: TableOptions) -> LabelledRows:
    """Return the rows of a dataset that is known by name."""
    target = model.target
    if isinstance(target, NextCharacter):
        dataset = _beginnings(name, model, column, table)
    else:
        dataset = _named(name, model, column)
    X, y, notes = dataset.X, dataset.y, list(dataset.notes)
    if dataset.X_test is not None and dataset.y_test is not None:
        X, y = dataset.X_test, dataset.y_test
        notes.append(
            _(
                "measured on the {count:,} test rows that {name} brings", count=len(X), name=name
            ).coded("own_test_rows")
        )
    if isinstance(target, Classes):
        y = target.encode(np.array(dataset.class_names)[y])
    encoder = model.preprocessing.encoder
    if encoder is not None and dataset.is_table:
        notes += remarks_on(encoder, as_frame(X, name), "")
    part = _part_of(model, X, y)
    return LabelledRows(part.giving_back if isinstance(target, Inputs) else part, tuple(notes))


def _named(name: str, model: Model, column: str) -> Dataset:
    """Read a dataset by name, with the target that the model predicts."""
    first = model.preprocessing.steps[0]
    options: dict[str, Any] = {}
    if isinstance(first, SeriesWindows):
        column, options = first.past[0], first.options
    return load_dataset(
        name,
        target=column or None,
        task="auto" if isinstance(model.target, Inputs) else model.target.task,
        options=options,
    )


def _giving_back(path: str, model: Model, column: str, table: TableOptions) -> LabelledRows:
    """Read rows of which an autoencoder's own inputs are the target."""
    del column
    rows = read_rows(path, table)
    part = _part_of(model, rows.X, np.empty(0))
    part = replace(part, y=part.X.reshape(len(part.X), -1))
    if not len(part):
        raise DataError(_("There are no rows to evaluate."))
    return LabelledRows(part, tuple(rows.notes))


def _continued(source: str, model: Model, column: str, table: TableOptions) -> LabelledRows:
    """Read texts, and what comes next at each place."""
    rows = _beginnings(source, model, column, table)
    return LabelledRows(_part_of(model, rows.X, rows.y), tuple(rows.notes))


def _beginnings(source: str, model: Model, column: str, table: TableOptions) -> Dataset:
    """Read what a generator learns of texts, of its classes where it has some."""
    step = beginnings_of(model)
    target = (column or None) if step.classes else None
    found = read_texts(source, target=target, table=reading_of(step, table))
    return continued(known_to(step, found), step)


def _part_of(model: Model, X: Any, y: Any) -> Part:
    """Return rows as the model takes them, without a mask where its layers know none."""
    part = Part.of(model.preprocessing, X, np.asarray(y), model.dtype)
    return part if model.network.takes_masks else replace(part, mask=None)


_OF_THEMSELVES = {Inputs: _giving_back, NextCharacter: _continued}
"""How rows are read that hold their target themselves, by what is predicted of them."""


def _targets(
    frame: "DataFrame", model: Model, column: str, where: str, table: TableOptions
) -> NDArray[Any]:
    """Return targets as they were read in training: numbers, or labels as they are written."""
    name = _column_of(column, frame)
    if not name or name not in frame.columns:
        raise DataError(_without_target(NewRows(frame), name, where))
    condition = condition_of(column, frame.columns)
    encoder = model.preprocessing.encoder
    own = name if condition is not None else model.target.column
    known = None if encoder is None else encoder.reading.of(own)
    cells = frame[name]
    if known is None:
        choices = {key: kind for key, kind in table.columns.items() if key == name}
        values = read_columns(frame[[name]], choices, table.missing, name, where).frame[name]
    else:
        values = known.read(cells).values
    if condition is not None:
        return truths_told(condition, values, where)
    if isinstance(model.target, Classes):
        written = cells if known is not None and known.written == "truths" else values
        return np.array([None if gone else cell for cell, gone in _cells(written)], dtype=object)
    return numbers_of(values, where)


def _column_of(target: str, frame: "DataFrame") -> str:
    """Return the column that holds a target, or that a comparison looks at."""
    condition = condition_of(target, frame.columns)
    return target if condition is None else condition.name


def _cells(values: Any) -> Any:
    return zip(values.astype(object), values.isna(), strict=True)


def _without_target(rows: NewRows, column: str, where: str) -> str:
    found = listed(getattr(rows.X, "columns", ())) or _("an array without y")
    if column:
        return _(
            "{path}: there is no target {column!r}. Found {found}. Name the column with --target.",
            path=where,
            column=column,
            found=found,
        )
    return _(
        "{path}: which column is the target? Found {found}. Name the column with --target.",
        path=where,
        found=found,
    )
