"""A row's columns as numbers that can be moved: how far, in which units, to which values.

A row is a vector here: an amount is itself, a category its place among the values that the column
may have. From such vectors to the network's inputs it goes without a table in between.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import DType, FloatArray, IntArray
from axone.data import Preprocessing
from axone.data.columns import AnyColumn, BooleanColumn, CategoryColumn, NumberColumn, OrdinalColumn
from axone.data.encoding import TableEncoder
from axone.data.frames import as_frame, is_frame, numbers_of
from axone.data.numbers import NumericRows
from axone.errors import ConfigurationError, DataError, ShapeError, UnknownNameError
from axone.messages import _

if TYPE_CHECKING:
    from pandas import DataFrame

Bounds = Mapping[str, tuple[float | None, float | None]]

_MOST_OTHERS = 5000
"""Rows that are looked through for one with the wanted answer: at even distances."""


@dataclass(frozen=True, eq=False)
class Field:
    """One column of a row.

    Attributes
    ----------
    name : str
    low, high : float
        Between which a changed amount lies.
    spread : float
        What a change is measured in: the median absolute deviation of the column.
    is_whole : bool
        Amounts are whole numbers.
    choices : tuple
        Of a category, its values; empty of an amount.
    held : bool
        The column stays as it is.
    """

    name: str
    low: float = 0.0
    high: float = 0.0
    spread: float = 1.0
    is_whole: bool = False
    choices: tuple[Any, ...] = ()
    held: bool = False

    @property
    def moves(self) -> bool:
        """Whether it is an amount that may change."""
        return not (self.held or self.choices)


@dataclass(frozen=True, eq=False)
class RowSpace:
    """All rows that one row may be changed to.

    Attributes
    ----------
    fields : tuple of Field
    start : array of shape (n,)
        The row as it is.
    others : array of shape (k, n)
        Other rows in its place, 5,000 at most: what is held is the row's own.
    cells : dict of str to object
        The row as it came.
    steps : Preprocessing
    encoded : array of shape (n_outputs,)
        The row behind the first step.
    blocks : tuple of slice
        Where each column stands in it.
    codes : tuple of arrays
        What a category becomes there, a row a choice; empty of amounts.
    """

    fields: tuple[Field, ...]
    start: FloatArray
    others: FloatArray
    cells: Mapping[str, Any]
    steps: Preprocessing
    encoded: FloatArray
    blocks: tuple[slice, ...]
    codes: tuple[FloatArray, ...]

    def matrix(self, states: FloatArray) -> FloatArray:
        """Return rows behind the first step of preprocessing."""
        rows = np.tile(self.encoded, (len(states), 1))
        for place, field in enumerate(self.fields):
            if field.moves:
                rows[:, self.blocks[place].start] = states[:, place]
            elif not field.held:
                rows[:, self.blocks[place]] = self.codes[place][states[:, place].astype(int)]
        return rows

    def inputs_of(self, matrix: FloatArray, dtype: DType) -> FloatArray:
        """Return what the network is given of such rows."""
        for step in self.steps.steps[1:]:
            matrix = step.transform(matrix, dtype)
        return np.asarray(matrix, dtype=dtype)

    def cell(self, place: int, value: float) -> Any:
        """Return a column's value as a table holds it."""
        field = self.fields[place]
        if value == self.start[place] or field.held:
            return self.cells[field.name]
        if field.choices:
            return field.choices[int(value)]
        return int(value) if field.is_whole else float(value)

    def distance(self, states: FloatArray) -> FloatArray:
        """Return how far rows are from the start: Σ |change|/spread, of a category 1, (m,)."""
        changed = states != self.start
        is_choice = np.array([bool(field.choices) for field in self.fields])
        spread = np.array([field.spread for field in self.fields])
        amounts = np.where(changed, np.abs(states - self.start) / spread, 0.0)
        return np.where(is_choice, changed, amounts).sum(axis=1)

    def cost(self, states: FloatArray) -> FloatArray:
        """Return the distance and 1 for each changed column: few columns are preferred."""
        return self.distance(states) + (states != self.start).sum(axis=1)


def row_space(
    steps: Preprocessing, row: Any, X: Any, fixed: Collection[str], bounds: Bounds
) -> RowSpace:
    """Lay out the rows that one may be changed to.

    Parameters
    ----------
    steps : Preprocessing
    row : mapping, series, one-row table or array of shape (n,)
    X : table or array of m rows
        Whose ranges and deviations hold.
    fixed : collection of str
    bounds : mapping of str to (low, high)
        In place of the ranges; None at an end leaves the range there.

    Raises
    ------
    DataError, ShapeError
        Rows that are none of columns, or lack some.
    UnknownNameError
        `fixed` or `bounds` name a column that the network does not read.
    ConfigurationError
        A range that is empty, or is one of a column that is no amount.
    """
    first = steps.steps[0]
    if isinstance(first, TableEncoder):
        return _of_table(steps, first, row, X, fixed, bounds)
    if isinstance(first, NumericRows) and len(first.shape) == 1:
        return _of_array(steps, first, row, X, fixed, bounds)
    raise DataError(
        _(
            "A counterfactual changes the columns of a row; this model reads examples of another "
            "kind. Which pixels or moments move an answer is what ax.saliency shows."
        )
    )


def _of_array(
    steps: Preprocessing,
    first: NumericRows,
    row: Any,
    X: Any,
    fixed: Collection[str],
    bounds: Bounds,
) -> RowSpace:
    width = first.shape[0]
    names = first.names if len(first.names) == width else [f"x{n + 1}" for n in range(width)]
    _require_known(names, fixed, bounds)
    if isinstance(row, Mapping):
        _require_columns(names, row)
        row = [row[name] for name in names]
    one = np.asarray(first.transform(row if is_frame(row) else np.reshape(row, (1, -1))), float)
    if len(one) != 1:
        raise ShapeError(_("row holds {count} rows: give one.", count=len(one)))
    rows = np.asarray(first.transform(X), dtype=np.float64)
    fields = tuple(
        _amount(name, rows[:, place], name in fixed, bounds.get(name, (None, None)))
        for place, name in enumerate(names)
    )
    start, held = one[0], np.array([field.held for field in fields])
    return RowSpace(
        fields,
        start,
        np.where(held, start, rows[_some(len(rows))]),
        dict(zip(names, start.tolist(), strict=True)),
        steps,
        start,
        tuple(slice(place, place + 1) for place in range(width)),
        (np.zeros((0, 1)),) * width,
    )


def _of_table(
    steps: Preprocessing,
    encoder: TableEncoder,
    row: Any,
    X: Any,
    fixed: Collection[str],
    bounds: Bounds,
) -> RowSpace:
    import pandas as pd

    names = encoder.names
    _require_known(names, fixed, bounds)
    if not is_frame(row):
        given = dict(row) if hasattr(row, "keys") else dict(zip(names, row, strict=True))
        _require_columns(names, given)
        row = pd.DataFrame({name: [given[name]] for name in names})
    one, rows = (_read(encoder, table) for table in (row, X))
    if len(one) != 1:
        raise ShapeError(_("row holds {count} rows: give one.", count=len(one)))
    encoded = np.asarray(encoder.encode(one), dtype=np.float64)[0]
    fields, start, others, blocks, codes = [], [], [], [], []
    at, some = 0, _some(len(rows))
    for column in encoder.columns:
        blocks.append(slice(at, at + len(column.outputs)))
        at += len(column.outputs)
        cell, cells = one[column.name], rows[column.name]
        bound = bounds.get(column.name, (None, None))
        field, value = _field(column, cell, cells, column.name in fixed, bound)
        fields.append(field)
        start.append(value)
        others.append(_places(field, value, cells.iloc[some]))
        # A choice is encoded as the column encodes it.
        choices = pd.Series(list(field.choices), dtype=object, name=column.name).infer_objects()
        codes.append(
            np.asarray(column.transform(choices), dtype=np.float64)
            if field.choices
            else np.zeros((0, 1))
        )
    return RowSpace(
        tuple(fields),
        np.array(start),
        np.array(others).T,
        {name: _plain(one[name].iloc[0]) for name in names},
        steps,
        encoded,
        tuple(blocks),
        tuple(codes),
    )


def _read(encoder: TableEncoder, table: Any) -> "DataFrame":
    frame = as_frame(table)
    _require_columns(encoder.names, frame.columns)
    return encoder.reading.only(encoder.names).read(frame[list(encoder.names)])


def _field(
    column: AnyColumn, cell: Any, cells: Any, fixed: bool, bound: tuple[float | None, float | None]
) -> tuple[Field, float]:
    """Return a column, and where the row stands in it."""
    missing = bool(cell.isna().iloc[0])
    if isinstance(column, NumberColumn):
        field = _amount(column.name, numbers_of(cells), fixed or missing, bound)
        return field, 0.0 if missing else float(numbers_of(cell)[0])
    if bound != (None, None):
        raise ConfigurationError(
            _("bounds: {column!r} is no column of numbers, and has none.", column=column.name)
        )
    is_choice = isinstance(column, BooleanColumn | CategoryColumn | OrdinalColumn)
    if not is_choice or fixed or missing:
        # Days, weeks and years move together in a date: it stays.
        return Field(column.name, held=True), 0.0
    own = _plain(cell.iloc[0])
    others = [value for value in map(_plain, cells.dropna().unique()) if value != own]
    return Field(column.name, choices=(own, *others)), 0.0


def _places(field: Field, value: float, cells: Any) -> FloatArray:
    """Return where other rows stand in a column; where nothing is known, where this row does."""
    if field.held:
        return np.full(len(cells), value)
    if field.moves:
        numbers = numbers_of(cells)
        return np.where(np.isnan(numbers), value, numbers)
    places = {choice: place for place, choice in enumerate(field.choices)}
    return np.array([places.get(_plain(cell), 0) for cell in cells], dtype=np.float64)


def _some(rows: int) -> IntArray:
    """Return the numbers of rows at even distances, `_MOST_OTHERS` at most."""
    return np.unique(np.linspace(0, max(rows - 1, 0), min(rows, _MOST_OTHERS)).astype(int))


def _amount(
    name: str, numbers: FloatArray, held: bool, bound: tuple[float | None, float | None]
) -> Field:
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return Field(name, held=True)
    low = float(known.min()) if bound[0] is None else float(bound[0])
    high = float(known.max()) if bound[1] is None else float(bound[1])
    if not low <= high:
        raise ConfigurationError(
            _(
                "bounds of {column!r}: nothing lies between {low:.6g} and {high:.6g}.",
                column=name,
                low=low,
                high=high,
            )
        )
    is_whole = bool((known == np.round(known)).all())
    if is_whole:
        low, high = float(np.ceil(low)), float(np.floor(high))
    return Field(name, low, high, _spread(known), is_whole, held=held or low > high)


def _spread(known: FloatArray) -> float:
    """Return the median absolute deviation; where it is 0 the mean one, of constants 1."""
    apart = np.abs(known - np.median(known))
    return float(np.median(apart)) or float(apart.mean()) or 1.0


def _plain(cell: Any) -> Any:
    """Return a cell as Python has it."""
    return cell.item() if isinstance(cell, np.generic) else cell


def _require_known(names: Sequence[str], fixed: Collection[str], bounds: Bounds) -> None:
    for argument, given in (("fixed", fixed), ("bounds", bounds)):
        for name in given:
            if name not in names:
                raise UnknownNameError(_("column"), name, names, where=argument)


def _require_columns(names: Sequence[str], found: Any) -> None:
    lacking = [name for name in names if name not in found]
    if lacking:
        raise DataError(_("There is no column {name!r}, which the model reads.", name=lacking[0]))
