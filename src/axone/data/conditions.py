"""Targets made by a comparison: `digit == 5`, `price > 100`, `"day of birth" <= 2000-01-01`.

A condition is a text of a name, a sign and a value, read by a grammar of its own and never run as
code. It makes two classes of a target or a column, what is true and what is not, and stands in the
experiment and in the model as the text that it is, so that labelled rows are judged alike later.
"""

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from axone.arrays import BoolArray
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

_OPPOSITES = {"==": "!=", "!=": "==", "<=": ">", ">=": "<", "<": ">=", ">": "<="}

_CONDITION = re.compile(
    r"""\s*(?:"(?P<double>[^"]+)"|'(?P<single>[^']+)'|(?P<plain>[^<>=!"']+?))\s*"""
    r"""(?P<sign>==|!=|<=|>=|<|>)(?!=)\s*(?P<value>.*?)\s*""",
    re.DOTALL,
)
_SINGLE_EQUALS = re.compile(r"[^<>=!]+=[^=].*", re.DOTALL)

_SHOWN = 10
"""How many values a message lists."""


@dataclass(frozen=True)
class Condition:
    """What is to be told apart: rows of which it is true, and the others.

    Attributes
    ----------
    name : str
        A column's, or the target's.
    sign : {"==", "!=", "<", "<=", ">", ">="}
    value : str
        As it was written, without quotes.
    """

    name: str
    sign: str
    value: str

    @property
    def text(self) -> str:
        """The condition as it is read again."""
        return f"{_name_in_quotes(self.name)} {self.sign} {_value_in_quotes(self.value)}"

    @property
    def class_names(self) -> tuple[str, str]:
        """The two classes: what is not true, and what is."""
        opposite = Condition(self.name, _OPPOSITES[self.sign], self.value)
        return opposite.text, self.text

    def holds(self, values: NDArray[Any], where: str, class_names: Sequence[str] = ()) -> BoolArray:
        """Return of which cells it is true.

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
        compare = _SIGNS[self.sign]
        if self.sign in ("==", "!=") and self.value in class_names and values.dtype.kind in "biu":
            return np.asarray(compare(values, list(class_names).index(self.value)))
        if values.dtype.kind == "b":
            return np.asarray(compare(values, self._truth(where)))
        if values.dtype.kind in "iuf":
            return np.asarray(compare(values, self._number(where, class_names)))
        if values.dtype.kind == "M":
            return np.asarray(compare(values, self._moment(where)))
        words = np.array([cell_text(cell) for cell in values], dtype=object)
        if self.sign in ("==", "!="):
            return np.asarray(compare(words, self.value), dtype=bool)
        return np.asarray(compare(self._numbers(words, where), self._number(where)))

    def applied(self, frame: "DataFrame", where: str) -> "DataFrame":
        """Return a table whose column of that name gave way to the truth, missing where it was.

        The new column is called by the condition's text.

        Raises
        ------
        UnknownNameError
            There is no such column.
        """
        if self.name not in frame.columns:
            raise UnknownNameError(_("column"), self.name, map(str, frame.columns), where=where)
        column = frame[self.name]
        there = column.notna().to_numpy()
        truth = np.full(len(frame), None, dtype=object)
        truth[there] = self.holds(_cells(column[there]), where)
        # A column without gaps holds truths and nothing else.
        cells = truth.astype(bool) if there.all() else truth
        return frame.drop(columns=self.name).assign(**{self.text: cells})

    def require_classification(self, task: TaskChoice, where: str) -> None:
        """Refuse to learn it as numbers.

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
                    condition=self.text,
                )
            )

    def require_both(self, holds: Iterable[Any], cells: Iterable[Any], where: str) -> None:
        """Refuse a condition that is true of all rows or of none: it could not be learnt.

        Parameters
        ----------
        holds : iterable of bool, or None where nothing is known
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
        found = [bool(each) for each in holds if each is not None]
        if not found or all(found) is not any(found):
            return
        words = list(dict.fromkeys(cell for cell in cells if isinstance(cell, str)))
        if words and self.sign in ("==", "!=") and self.value not in words:
            raise self._unknown(words, where)
        raise DataError(
            _(
                "{where}: {condition} is true of all {rows} rows: there is nothing to learn. "
                "Choose another value.",
                where=where,
                condition=self.text,
                rows=len(found),
            )
            if found[0]
            else _(
                "{where}: {condition} is true of none of {rows} rows: there is nothing to learn. "
                "Choose another value.",
                where=where,
                condition=self.text,
                rows=len(found),
            )
        )

    def _number(self, where: str, class_names: Sequence[str] = ()) -> int | float:
        for kind in (int, float):
            try:
                number = kind(self.value)
            except ValueError:
                continue
            if np.isfinite(number):
                return number
        if class_names and self.sign in ("==", "!="):
            raise self._unknown(class_names, where)
        raise ConfigurationError(
            _(
                "{where}: the target {condition!r} compares numbers with {value!r}, which is "
                "none. Give a number.",
                where=where,
                condition=self.text,
                value=self.value,
            )
        )

    def _numbers(self, words: NDArray[Any], where: str) -> NDArray[np.float64]:
        try:
            return words.astype(np.float64)
        except ValueError as error:
            raise ConfigurationError(
                _(
                    "{where}: the target {condition!r} asks for an order, which text such as "
                    "{example!r} has not: use == or !=.",
                    where=where,
                    condition=self.text,
                    example=self._first_that_is_none(words),
                )
            ) from error

    @staticmethod
    def _first_that_is_none(words: NDArray[Any]) -> str:
        for word in words:
            try:
                float(word)
            except ValueError:
                return str(word)
        return ""

    def _truth(self, where: str) -> bool:
        truth = truth_of(self.value)
        if np.isnan(truth) or self.sign not in ("==", "!="):
            raise ConfigurationError(
                _(
                    "{where}: the target {condition!r} compares truths: write == or != and true "
                    "or false.",
                    where=where,
                    condition=self.text,
                )
            )
        return bool(truth)

    def _moment(self, where: str) -> np.datetime64:
        try:
            return np.datetime64(self.value)
        except ValueError as error:
            raise ConfigurationError(
                _(
                    "{where}: the target {condition!r} compares dates with {value!r}, which is "
                    "none. Write it as 2024-12-31.",
                    where=where,
                    condition=self.text,
                    value=self.value,
                )
            ) from error

    def _unknown(self, known: Sequence[str], where: str) -> UnknownNameError:
        shown = known if len(known) <= _SHOWN else [*known[:_SHOWN], "…"]
        place = _("{where}: the target {condition!r}", where=where, condition=self.text)
        return UnknownNameError(_("value"), self.value, shown, where=place)


def condition_of(target: str | None, columns: Iterable[object] = ()) -> Condition | None:
    """Read the text of a target; None where it is the name of a column, or no comparison.

    Parameters
    ----------
    target : str or None
        ``digit == 5``. A name that holds a sign of comparison or a quote stands in quotes; so may
        any name, and any value.
    columns : iterable
        Names that go before: a column may be called ``a > b``.

    Raises
    ------
    ConfigurationError
        A single ``=``, or no value.

    Examples
    --------
    >>> condition_of("digit == 5")
    Condition(name='digit', sign='==', value='5')
    >>> condition_of("'living area (m²)' >= 100").class_names
    ('living area (m²) < 100', 'living area (m²) >= 100')
    >>> condition_of("price") is None
    True
    """
    if target is None or target in columns:
        return None
    found = _CONDITION.fullmatch(target)
    if found is None:
        if _SINGLE_EQUALS.fullmatch(target):
            raise ConfigurationError(
                _("The target {target!r}: to compare, write ==, not =.", target=target)
            )
        return None
    name = found["double"] or found["single"] or found["plain"].strip()
    value = found["value"]
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    if not value:
        raise ConfigurationError(
            _(
                "The target {target!r} compares with nothing: write a value after {sign}, such as "
                "digit == 5.",
                target=target,
                sign=found["sign"],
            )
        )
    return Condition(name, found["sign"], value)


def _name_in_quotes(name: str) -> str:
    """Put a name that would be read otherwise into quotes."""
    if name == name.strip() and not re.search("[<>=!\"']", name):
        return name
    return _in_quotes(name)


def _value_in_quotes(value: str) -> str:
    """Put a value that would be read otherwise into quotes."""
    if value == value.strip() and value[0] not in "=\"'":
        return value
    return _in_quotes(value)


def _in_quotes(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def _cells(column: Any) -> NDArray[Any]:
    """Return the cells of a column without gaps as numbers, truths, moments or objects."""
    import pandas as pd

    if pd.api.types.is_bool_dtype(column):
        return np.asarray(column, dtype=bool)
    if pd.api.types.is_integer_dtype(column):
        return np.asarray(column, dtype=np.int64)
    if pd.api.types.is_numeric_dtype(column):
        return np.asarray(column, dtype=np.float64)
    if pd.api.types.is_datetime64_any_dtype(column):
        return np.asarray(pd.to_datetime(column, utc=True).dt.tz_localize(None).to_numpy())
    return np.asarray(column, dtype=object)
