"""Cells that somebody typed, or pixels that somebody drew, as a row that the network takes."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray, FloatArray
from axone.data.reading.truths import truth_of
from axone.errors import ArgumentTypeError, DataError
from axone.experiments.preparation import Prepared
from axone.messages import _
from axone.model import Classes, Numbers
from axone.playground.examples import is_missing, is_number

MOST_TYPED = 100_000
"""Numbers of an example that a page may give."""

_LONGEST_TEXT = 1000

_LARGEST = 1e30
"""Of a number that is typed: its square is one, too, in float64."""


def typed_example(prepared: Prepared, values: Any) -> tuple[FloatArray, BoolArray | None]:
    """Return a row of given cells or numbers as the network takes it, (1, …), and its mask.

    Parameters
    ----------
    prepared : Prepared
    values : list
        A cell for each column of the source; of images and signals their numbers, in the order in
        which they are stored.

    Raises
    ------
    ArgumentTypeError, DataError
        Too many or too few, or of the wrong kinds.
    """
    dataset, preprocessing = prepared.dataset, prepared.preprocessing
    if not isinstance(values, list):
        raise ArgumentTypeError(_("values: give a list of cells, not {found!r}", found=values))
    if len(values) > MOST_TYPED:
        raise DataError(_("values: at most {most:,} are read", most=MOST_TYPED))
    rows: Any
    if dataset.is_table:
        rows = _typed_table(dataset.X, values)
    elif dataset.kind == "text":
        if len(values) != 1 or not isinstance(values[0], str):
            raise ArgumentTypeError(_("values: give one text"))
        rows = np.array([values[0][:MOST_TYPED]])
    else:
        X = np.asarray(dataset.X)
        numbers = np.array([_typed_number(value) for value in values], np.float64)
        if len(numbers) != math.prod(X.shape[1:]):
            raise DataError(
                _(
                    "values: an example has {wanted:,} numbers, not {found:,}",
                    wanted=math.prod(X.shape[1:]),
                    found=len(numbers),
                )
            )
        if X.dtype.kind in "iu":
            limits = np.iinfo(X.dtype)
            numbers = np.clip(np.rint(numbers), limits.min, limits.max)
        rows = numbers.astype(X.dtype).reshape(1, *X.shape[1:])
    mask = preprocessing.mask(rows) if prepared.network.takes_masks else None
    return preprocessing.transform(rows, "float64"), mask


def typed_target(prepared: Prepared, given: Any) -> NDArray[Any]:
    """Return what a typed row is to come to, (1, …) as of a part: a class by its name, or a number.

    Raises
    ------
    ArgumentTypeError, DataError
        There is no such class, or it is no number.
    """
    target = prepared.target
    if isinstance(target, Classes) and not target.several:
        if not isinstance(given, str) or given not in target.class_names:
            raise DataError(_("target: there is no class {found!r}", found=given))
        return np.array([target.class_names.index(given)])
    if isinstance(target, Numbers) and prepared.network.output_shape == (1,):
        return np.array([_typed_number(given, "target")])
    raise DataError(_("target: what such a row is to come to is not typed"))


def _typed_table(frame: Any, values: Sequence[Any]) -> Any:
    if len(values) != len(frame.columns):
        raise DataError(
            _(
                "values: the table has {wanted} columns, not {found}",
                wanted=len(frame.columns),
                found=len(values),
            )
        )
    # A row of the table, so that every column keeps its type, with other cells.
    row = frame.iloc[[0]].copy()
    for place, value in enumerate(values):
        name = frame.columns[place]
        if value is not None and not isinstance(value, str | int | float):
            raise ArgumentTypeError(_("values: {found!r} is no cell", found=value))
        row[name] = _typed_cell(frame[name], value)
    return row


def _typed_cell(column: Any, value: Any) -> NDArray[Any]:
    """Return what was typed as a cell of a column's own type, alone in an array."""
    if value is None:
        return np.array(
            [np.nan if is_number(column) else None], None if is_number(column) else object
        )
    if is_number(column):
        return np.array([_typed_number(value)], np.float64)
    text, kind = str(value)[:_LONGEST_TEXT], getattr(column.dtype, "kind", "O")
    if kind == "b":
        truth = truth_of(text)
        if is_missing(truth):
            raise DataError(_("values: {found!r} is neither true nor false", found=text))
        return np.array([bool(truth)])
    if kind == "M":
        return _typed_date(text)
    return np.array([text], object)


def _typed_date(text: str) -> NDArray[Any]:
    from pandas import to_datetime

    moment = to_datetime(text, errors="coerce")
    if is_missing(moment):
        raise DataError(_("values: {found!r} is no date", found=text))
    return np.array([moment.tz_localize(None)], "datetime64[ns]")


def _typed_number(value: Any, place: str = "values") -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ArgumentTypeError(_("{place}: {found!r} is no number", place=place, found=value))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or abs(number) > _LARGEST:
        raise DataError(
            _("{place}: {found!r} is no number that is reckoned with", place=place, found=value)
        )
    return number
