"""Tables made into datasets: columns are read, a target is chosen, rows that lack it left out.

Turning cells into inputs is the encoder's work, which must see the training rows only.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, FloatArray
from axone.data.comparing import require_both, require_classification, with_truth
from axone.data.conditions import Condition, condition_of
from axone.data.dataset import Dataset, TaskChoice
from axone.data.frames import as_frame, numbers_of, truths_of
from axone.data.reading import ReadTable, read_columns
from axone.data.reading.alone import alone_notes
from axone.data.reading.column import is_text
from axone.data.targets import MOST_INTEGER_CLASSES, USUAL_TARGETS, cell_text, encode_target
from axone.errors import DataError, UnknownNameError
from axone.messages import Message, _, _n, listed

if TYPE_CHECKING:
    from pandas import DataFrame, Series


def dataset_from_frame(
    table: Any,
    *,
    name: str,
    target: str | None = None,
    task: TaskChoice = "auto",
    columns: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    where: str = "",
) -> Dataset:
    """Make a dataset of a table by choosing its target.

    Parameters
    ----------
    table : pandas or polars frame
        One row an example.
    name : str
        What to call the dataset.
    target : str, optional
        The column to learn; by default one called target, label, class or y.
    task : {"auto", "classification", "regression"}
        "auto": text, booleans, categories, whole numbers of at most 20 distinct values and
        floats of exactly two whole values are classes; amounts with a unit never are.
    columns : mapping of str to str, optional
        What its owner says of columns, as `TableEncoder.fit` takes it.
    missing : sequence of str
        Marks that stand for a missing cell in every column.
    where : str, optional
        The file, for messages.

    Raises
    ------
    DataError
        No target to be found or learnt, infinite cells, a column that can be read in two ways,
        fewer than two rows or columns.
    UnknownNameError
        `target` or a key of `columns` is no column.
    """
    where = where or name
    frame = as_frame(table, where)
    notes: list[str] = []
    condition = condition_of(target, frame.columns)
    if condition is not None:
        require_classification(condition, task, where)
        target = condition.name
    target = _choose_target(list(frame.columns), target, where, notes)
    read = read_columns(frame, columns, missing, target, where)
    labels = (
        _target_values(read, frame[target], where)
        if condition is None
        else truths_told(condition, read.decisions[target].values, where)
    )
    known = ~missing_labels(labels)
    count = len(known) - int(np.count_nonzero(known))
    if condition is not None:
        require_both(condition, labels, frame[target], where)
    if count:
        notes.append(rows_left_out(count, target))
    if len(known) - count < 2:
        raise DataError(
            _(
                "{where} has {rows} rows with a target; learning needs at least 2.",
                where=where,
                rows=len(known) - count,
            )
        )
    X = _without_row_numbers(read.frame.drop(columns=target), notes)
    if count:
        X = X[known].reset_index(drop=True)
    if X.shape[1] == 0:
        raise DataError(
            _(
                "{where} has no column but the target {target!r}: nothing to learn from.",
                where=where,
                target=target,
            )
        )
    for column in X.select_dtypes("number"):
        numbers_of(X[column], where)
    numerals = read.decisions[target].reading.numerals
    if task == "auto" and condition is None and numerals is not None and numerals.unit:
        task = "regression"
    labels = labels[known]
    if labels.dtype == object and all(isinstance(label, bool) for label in labels):
        labels = labels.astype(bool)
    if count and (numerals is None or not numerals.decimal):
        # A missing cell makes whole numbers real; without it they are whole again.
        labels = _whole_again(labels)
    encoded = encode_target(
        labels,
        task,
        _("{where}: column {target!r}", where=where, target=target),
        names=() if condition is None else condition.class_names,
        most_integer_classes=MOST_INTEGER_CLASSES,
    )
    return Dataset(
        name=name,
        X=X,
        y=encoded.y,
        task=encoded.task,
        feature_names=tuple(X.columns),
        target_name=target if condition is None else condition.text,
        class_names=encoded.class_names,
        class_values=encoded.class_values,
        target_names=(target,) if encoded.task == "regression" else (),
        notes=(*notes, *encoded.notes, *alone_notes(_used(X, read), encoded.y, encoded.task)),
        read=read,
    )


def _used(X: "DataFrame", read: ReadTable) -> "DataFrame":
    return X.drop(columns=[name for name in X.columns if name in read.left_out])


def rows_left_out(count: int, target: str) -> Message:
    """Say that rows do not have their target."""
    return _n(
        "{count} row without {target} left out",
        "{count} rows without {target} left out",
        count,
        target=target,
    ).coded("rows_without_target")


def _choose_target(names: list[str], target: str | None, where: str, notes: list[str]) -> str:
    if target is not None:
        if target not in names:
            raise UnknownNameError(_("target"), target, names, where=where)
        return target
    usual = [name for name in names if name.strip().lower() in USUAL_TARGETS]
    if len(usual) != 1:
        raise DataError(
            _(
                "{where}: no target given. Choose the column to predict, for instance target = "
                "{last!r}. Columns: {names}.",
                where=where,
                last=names[-1],
                names=listed(names),
            )
        )
    notes.append(
        _("column {column!r} taken as the target", column=usual[0]).coded("target_guessed")
    )
    return usual[0]


def _without_row_numbers(X: "DataFrame", notes: list[str]) -> "DataFrame":
    first = str(X.columns[0]) if len(X.columns) else ""
    # pandas writes a frame's row numbers into a first column without a name.
    if first != "Unnamed: 0" or X[first].isna().any() or X[first].tolist() != list(range(len(X))):
        return X
    notes.append(
        _("the first column, which only numbers the rows, left out").coded("row_numbers_left_out")
    )
    return X.drop(columns=first)


def _target_values(read: ReadTable, cells: "Series", where: str) -> NDArray[Any]:
    """Return labels or numbers, missing where there is none: None, or NaN among numbers."""
    import pandas as pd

    decision = read.decisions[str(cells.name)]
    if decision.reading.written == "dates":
        raise DataError(
            _(
                "{where}: the target {name!r} holds dates, which can be features but not "
                "targets. Choose another, or give days as numbers.",
                where=where,
                name=cells.name,
            )
        )
    values = decision.values
    if decision.reading.written == "numbers":
        if pd.api.types.is_integer_dtype(values) and not values.isna().any():
            return values.to_numpy(dtype=np.int64)
        return numbers_of(values, where)
    if decision.reading.written == "truths":
        values = _named_truths(cells, truths_of(values))
    texts = [None if pd.isna(cell) else cell for cell in values.astype(object)]
    return np.array(
        [cell if cell is None or isinstance(cell, bool) else cell_text(cell) for cell in texts],
        dtype=object,
    )


def truths_told(condition: Condition, values: "Series", where: str) -> NDArray[Any]:
    """Return of which cells of a column that was read a condition is true, None for empty ones."""
    judged = with_truth(condition, values.to_frame(condition.name), where)
    return np.asarray(judged[condition.text], dtype=object)


_TRUTHS = {"true", "false"}


def _named_truths(cells: "Series", truths: FloatArray) -> "Series":
    """Return yes and no as they are mostly written; the words of programs as truths."""
    import pandas as pd

    names: dict[float, Any] = {1.0: True, 0.0: False}
    if is_text(cells) and not {str(cell).lower() for cell in cells.dropna()} <= _TRUTHS:
        written = {truth: cells[truths == truth].value_counts() for truth in names}
        names |= {truth: str(words.index[0]) for truth, words in written.items() if len(words)}
    return pd.Series([names.get(truth) for truth in truths.tolist()], dtype=object)


def missing_labels(labels: NDArray[Any]) -> BoolArray:
    """Tell which labels or numbers are missing, (m,)."""
    if labels.dtype == object:
        return np.array([label is None for label in labels], dtype=bool)
    return np.isnan(labels) if labels.dtype.kind == "f" else np.zeros(len(labels), bool)


def _whole_again(labels: NDArray[Any]) -> NDArray[Any]:
    if labels.dtype.kind != "f" or not np.array_equal(labels, np.floor(labels)):
        return labels
    return labels.astype(np.int64) if np.abs(labels).max() < 2**53 else labels
