"""Of which rows a condition is true: the truth of `digit == 5` on arrays and on tables.

Numbers compare with numbers, classes and text with words, truths with true and false, moments with
dates; what cannot be compared is refused in words.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray
from axone.data.conditions import Condition
from axone.data.dataset import TaskChoice
from axone.data.reading.truths import truth_of
from axone.data.targets import cell_text
from axone.errors import ConfigurationError, DataError, UnknownNameError
from axone.messages import _

if TYPE_CHECKING:
    from pandas import DataFrame

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}

_MOMENT = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?)?)?", re.ASCII)

_LARGEST = 2.0**63
"""Beyond it NumPy has no whole numbers."""

_SHOWN = 10
"""How many values a message lists."""


def holds(
    condition: Condition, values: NDArray[Any], where: str, class_names: Sequence[str] = ()
) -> BoolArray:
    """Return of which cells a condition is true.

    Parameters
    ----------
    values : ndarray of shape (m,)
        Numbers, truths, moments or text, none missing.
    where : str
        The file, for messages.
    class_names : sequence of str, optional
        Of whole numbers that are positions in it: either may be compared with.

    Raises
    ------
    ConfigurationError
        A value that cannot be compared with such cells.
    UnknownNameError
        A class that `class_names` does not hold.
    """
    compare = _SIGNS[condition.sign]
    if (
        condition.sign in ("==", "!=")
        and condition.value in class_names
        and values.dtype.kind in "biu"
    ):
        return np.asarray(compare(values, list(class_names).index(condition.value)))
    if values.dtype.kind == "b":
        return np.asarray(compare(values, _truth(condition, where)))
    if values.dtype.kind in "iuf":
        return np.asarray(compare(values, _number(condition, where, class_names)))
    if values.dtype.kind == "M":
        return np.asarray(compare(values, _moment(condition, where)))
    words = np.array([cell_text(cell) for cell in values], dtype=object)
    if condition.sign in ("==", "!="):
        return np.asarray(compare(words, condition.value), dtype=bool)
    return np.asarray(compare(_numbers(condition, words, where), _number(condition, where)))


def with_truth(condition: Condition, frame: "DataFrame", where: str) -> "DataFrame":
    """Return a table in which a condition's column gave way to its truth, missing where it was.

    The new column is called by the condition's text.

    Raises
    ------
    UnknownNameError
        There is no such column.
    """
    if condition.name not in frame.columns:
        raise UnknownNameError(_("column"), condition.name, map(str, frame.columns), where=where)
    column = frame[condition.name]
    there = column.notna().to_numpy()
    truth = np.full(len(frame), None, dtype=object)
    truth[there] = holds(condition, _cells(column[there]), where)
    # A column without gaps holds truths and nothing else.
    cells = truth.astype(bool) if there.all() else truth
    return frame.drop(columns=condition.name).assign(**{condition.text: cells})


def require_classification(condition: Condition, task: TaskChoice, where: str) -> None:
    """Refuse to learn a condition as numbers.

    Raises
    ------
    ConfigurationError
        The task is regression.
    """
    if task == "regression":
        raise ConfigurationError(
            _(
                "{where}: the target {condition!r} is true or not, which is no regression: "
                "leave the task out.",
                where=where,
                condition=condition.text,
            )
        )


def require_both(
    condition: Condition, judged: Iterable[Any], cells: Iterable[Any], where: str
) -> None:
    """Refuse a condition that is true of all rows or of none: it could not be learnt.

    Parameters
    ----------
    judged : iterable of bool, or None where nothing is known
        Of which rows it is true.
    cells : iterable
        What was compared: a text that stands in none of them is a slip of the pen.
    where : str

    Raises
    ------
    UnknownNameError
        No cell holds the text.
    DataError
        There is nothing to tell apart.
    """
    found = [bool(each) for each in judged if each is not None]
    if not found or all(found) is not any(found):
        return
    words = list(dict.fromkeys(cell for cell in cells if isinstance(cell, str)))
    if words and condition.sign in ("==", "!=") and condition.value not in words:
        raise _unknown(condition, words, where)
    raise DataError(
        _(
            "{where}: {condition} is true of all {rows} rows: there is nothing to learn. "
            "Choose another value.",
            where=where,
            condition=condition.text,
            rows=len(found),
        )
        if found[0]
        else _(
            "{where}: {condition} is true of none of {rows} rows: there is nothing to learn. "
            "Choose another value.",
            where=where,
            condition=condition.text,
            rows=len(found),
        )
    )


def _number(condition: Condition, where: str, class_names: Sequence[str] = ()) -> int | float:
    with suppress(ValueError):
        number = float(condition.value)
        if math.isfinite(number):
            # Whole numbers stay so: beyond 2⁵³ a float would stand for several.
            is_whole = re.fullmatch(r"[+-]?\d+", condition.value) and abs(number) < _LARGEST
            return int(condition.value) if is_whole else number
    if class_names and condition.sign in ("==", "!="):
        raise _unknown(condition, class_names, where)
    raise ConfigurationError(
        _(
            "{where}: the target {condition!r} compares numbers with {value!r}, which is "
            "none. Give a number.",
            where=where,
            condition=condition.text,
            value=condition.value,
        )
    )


def _numbers(condition: Condition, words: NDArray[Any], where: str) -> NDArray[np.float64]:
    try:
        return words.astype(np.float64)
    except ValueError as error:
        raise ConfigurationError(
            _(
                "{where}: the target {condition!r} asks for an order, which text such as "
                "{example!r} has not: use == or !=.",
                where=where,
                condition=condition.text,
                example=_first_that_is_none(words),
            )
        ) from error


def _first_that_is_none(words: NDArray[Any]) -> str:
    for word in words:
        try:
            float(word)
        except ValueError:
            return str(word)
    return ""


def _truth(condition: Condition, where: str) -> bool:
    truth = truth_of(condition.value)
    if np.isnan(truth) or condition.sign not in ("==", "!="):
        raise ConfigurationError(
            _(
                "{where}: the target {condition!r} compares truths: write == or != and true "
                "or false.",
                where=where,
                condition=condition.text,
            )
        )
    return bool(truth)


def _moment(condition: Condition, where: str) -> np.datetime64:
    try:
        # NumPy knows "now", another moment tomorrow, and years that it cannot hold.
        if not _MOMENT.fullmatch(condition.value):
            raise ValueError(condition.value)
        return np.datetime64(condition.value)
    except ValueError as error:
        raise ConfigurationError(
            _(
                "{where}: the target {condition!r} compares dates with {value!r}, which is "
                "none. Write it as 2024-12-31.",
                where=where,
                condition=condition.text,
                value=condition.value,
            )
        ) from error


def _unknown(condition: Condition, known: Sequence[str], where: str) -> UnknownNameError:
    shown = known if len(known) <= _SHOWN else [*known[:_SHOWN], "…"]
    place = _("{where}: the target {condition!r}", where=where, condition=condition.text)
    return UnknownNameError(_("value"), condition.value, shown, where=place)


def _cells(column: Any) -> NDArray[Any]:
    """Return the cells of a column without gaps as numbers, truths, moments or objects."""
    import pandas as pd

    if pd.api.types.is_bool_dtype(column):
        return np.asarray(column, dtype=bool)
    if pd.api.types.is_integer_dtype(column):
        unsigned = pd.api.types.is_unsigned_integer_dtype(column)
        return np.asarray(column, dtype=np.uint64 if unsigned else np.int64)
    if pd.api.types.is_numeric_dtype(column):
        return np.asarray(column, dtype=np.float64)
    if pd.api.types.is_datetime64_any_dtype(column):
        return np.asarray(pd.to_datetime(column, utc=True).dt.tz_localize(None).to_numpy())
    return np.asarray(column, dtype=object)
