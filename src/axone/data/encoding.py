"""From a table of mixed columns to a matrix of numbers, and the same way again for later rows.

What kind a column is gets decided once, from the training rows; the encoder then is plain data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from axone.arrays import DType, FloatArray
from axone.checks import check_choice
from axone.data.columns import COLUMN_KINDS, MOST_CATEGORIES, AnyColumn, Output
from axone.data.frames import as_frame, holds_booleans, holds_dates, is_frame
from axone.data.plain_data import PlainData, read_data, write_data
from axone.data.steps import ExampleLayout, Step
from axone.errors import DataError, ModelFileError, ShapeError, UnknownNameError
from axone.messages import Listed, _, listed

if TYPE_CHECKING:
    from pandas import DataFrame, Series

ColumnKind: TypeAlias = Literal["number", "boolean", "category", "ordinal", "date", "ignore"]

_CHOICES = (*COLUMN_KINDS, "ignore")


@dataclass(frozen=True)
class TableEncoder(Step, PlainData):
    """A table's columns, each as it was fitted to the training rows.

    Parameters
    ----------
    columns : tuple of column descriptions
        Those that are used, in the table's order.
    notes : tuple of str
        Columns left out and values taken together, in plain words.
    table_names : tuple of str
        All columns of the training table, those left out included: what an array of such rows
        holds.

    Examples
    --------
    >>> import pandas as pd
    >>> encoder = TableEncoder.fit(pd.DataFrame({"age": [30, 50], "sex": ["f", "m"]}))
    >>> encoder.output_names
    ('age', 'sex=f', 'sex=m')
    >>> encoder.transform(pd.DataFrame({"sex": ["m"], "age": [40]}))
    array([[40.,  0.,  1.]])
    """

    columns: tuple[AnyColumn, ...]
    notes: tuple[str, ...] = ()
    table_names: tuple[str, ...] = ()

    @classmethod
    def fit(cls, table: Any, columns: Mapping[str, ColumnKind] | None = None) -> "TableEncoder":
        """Decide what every column is, and learn its categories and medians.

        Parameters
        ----------
        table : pandas or polars frame
            The training rows, without the target.
        columns : mapping of str to str, optional
            What a column is, where the guess would be wrong: "number", "boolean", "category",
            "ordinal", "date", or "ignore". Guessed otherwise: numbers are numbers, text is a
            category unless all of it is ISO dates. Left out are columns of a single value and
            identifiers: text of more than 64 values that differ in more than half of the rows.

        Raises
        ------
        UnknownNameError
            `columns` names a column that the table lacks.
        DataError
            A cell is not what `columns` says, or no column is left.
        """
        frame = as_frame(table)
        chosen = dict(columns or {})
        for name, kind in chosen.items():
            if name not in frame.columns:
                raise UnknownNameError(_("column"), name, list(frame.columns))
            check_choice(_("the kind of column {name!r}", name=name), kind, _CHOICES)
        fitted: list[AnyColumn] = []
        notes: list[str] = []
        for name in frame.columns:
            kind = chosen.get(name) or _guess_kind(frame[name], notes)
            if kind == "ignore":
                continue
            if frame[name].isna().all():
                raise DataError(
                    _(
                        "column {name!r} is empty: it cannot be a {kind}. Ignore it.",
                        name=name,
                        kind=kind,
                    )
                )
            column = COLUMN_KINDS[kind].fit(frame[name])
            fitted.append(column)
            notes.extend(column.notes())
        if not fitted:
            raise DataError(
                _(
                    "No column is left to learn from: {reasons}. Add columns, or say what they "
                    "are (number, category, ordinal, date).",
                    reasons=Listed(notes, "; ") or _("all are ignored"),
                )
            )
        return cls(tuple(fitted), tuple(notes), tuple(frame.columns))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the table that are used."""
        return tuple(column.name for column in self.columns)

    @property
    def output_names(self) -> tuple[str, ...]:
        """The columns of the matrix."""
        return tuple(output.name for output in self._outputs)

    @property
    def scaled(self) -> tuple[bool, ...]:
        """Which columns of the matrix are amounts, to be scaled; zeros and ones stay."""
        return tuple(output.scaled for output in self._outputs)

    def after(self, before: ExampleLayout | None) -> ExampleLayout:
        if before is not None or not self.columns:
            raise ShapeError(
                _(
                    "a table of {columns} columns after {before}",
                    columns=len(self.columns),
                    before=before,
                )
            )
        return ExampleLayout((len(self._outputs),), self.output_names, self.scaled)

    def transform(self, X: Any, dtype: DType = "float64") -> FloatArray:
        """Encode rows.

        Parameters
        ----------
        X : pandas or polars frame of m rows, or array of shape (m, n_columns)
            Columns may stand in any order; further ones are ignored. An array holds the columns
            that are used, `names`, or all of the training table.
        dtype : {"float32", "float64"}
            Without effect: amounts are scaled before they are rounded.

        Returns
        -------
        ndarray of shape (m, len(output_names))
            float64, all finite.

        Raises
        ------
        DataError
            A column is lacking, or a cell is no value of its column's kind.
        ShapeError
            An array of another width.
        """
        frame = as_frame(X) if is_frame(X) else self._as_table(X)
        lacking = [name for name in self.names if name not in frame.columns]
        if lacking:
            raise DataError(
                _(
                    "The table lacks {lacking!r}, which the model was trained on. It has "
                    "{columns!r}.",
                    lacking=listed(lacking),
                    columns=listed(frame.columns),
                )
            )
        matrix = np.empty((len(frame), len(self._outputs)))
        start = 0
        for column in self.columns:
            stop = start + len(column.outputs)
            matrix[:, start:stop] = column.transform(frame[column.name])
            start = stop
        return matrix

    def to_data(self) -> Any:
        """Write as what JSON can hold."""
        return write_data(self)

    @classmethod
    def from_data(cls, data: object) -> "TableEncoder":
        """Read what `to_data` wrote.

        Raises
        ------
        ModelFileError
            It is anything else.
        """
        fields = read_data(_TableData, data, _("step {name!r}", name="table"))
        columns = []
        for described in fields.columns:
            kind = described.get("kind")
            if not isinstance(kind, str) or kind not in COLUMN_KINDS:
                raise ModelFileError(
                    _(
                        "The step 'table' in this model file is damaged: kind: {kind!r} is no "
                        "kind of column; known are {kinds}. Save or fetch the model again.",
                        kind=kind,
                        kinds=listed(COLUMN_KINDS),
                    )
                )
            columns.append(read_data(COLUMN_KINDS[kind], described, _("{kind} column", kind=kind)))
        return cls(tuple(columns), fields.notes, fields.table_names)

    def _as_table(self, X: Any) -> "DataFrame":
        import pandas as pd

        cells = np.asarray(X)
        width = cells.shape[1] if cells.ndim == 2 else -1
        names = self.table_names if width == len(self.table_names) else self.names
        if width != len(names):
            raise ShapeError(
                _(
                    "The model takes rows of {count} cells, {names}, but was given an "
                    "array of shape {shape}.",
                    count=len(names),
                    names=listed(names),
                    shape=cells.shape,
                )
            )
        return as_frame(pd.DataFrame(cells, columns=list(names)).infer_objects())

    @property
    def _outputs(self) -> tuple[Output, ...]:
        return tuple(output for column in self.columns for output in column.outputs)


@dataclass(frozen=True)
class _TableData(PlainData):
    columns: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    table_names: tuple[str, ...]


def _guess_kind(values: "Series", notes: list[str]) -> ColumnKind:
    import pandas as pd

    distinct = values.nunique(dropna=False)
    if distinct <= 1 or values.isna().all():
        notes.append(
            _("column {name!r} left out: all its cells are alike", name=values.name).coded(
                "constant_left_out"
            )
        )
        return "ignore"
    if holds_booleans(values):
        return "boolean"
    if pd.api.types.is_numeric_dtype(values):
        return "number"
    if holds_dates(values):
        return "date"
    # A category that its owner declared is one, however many values it has.
    declared = isinstance(values.dtype, pd.CategoricalDtype)
    if not declared and distinct > max(MOST_CATEGORIES, len(values) / 2):
        notes.append(
            _(
                "column {name!r} left out: {distinct} different texts in {rows} rows "
                "look like an identifier",
                name=values.name,
                distinct=distinct,
                rows=len(values),
            ).coded("identifier_left_out")
        )
        return "ignore"
    _note_almost_numbers(values, notes)
    return "category"


def _note_almost_numbers(values: "Series", notes: list[str]) -> None:
    import pandas as pd

    codes, distinct = pd.factorize(values)
    counts = np.bincount(codes[codes >= 0], minlength=len(distinct))
    cells = np.asarray(distinct, dtype=object)
    odd = np.isnan(pd.to_numeric(cells, errors="coerce").astype(np.float64))
    if 0 < counts[odd].sum() < counts.sum() / 2:
        notes.append(
            _(
                "column {name!r} taken for categories, since cells such as {cell!r} are no numbers",
                name=values.name,
                cell=cells[odd][0],
            ).coded("almost_numbers_as_categories")
        )
