"""From a table of mixed columns to a matrix of numbers, and the same way again for later rows.

How cells are written is the room `reading`'s to decide; what stands here is learnt from the
training rows alone. The encoder then is plain data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import DType, FloatArray
from axone.data.at_once import each_column
from axone.data.columns import COLUMN_KINDS, AnyColumn, Output
from axone.data.encoded import EncodedTable
from axone.data.frames import as_frame, is_frame
from axone.data.plain_data import PlainData, read_data, read_whole_data, write_data
from axone.data.reading import AS_THEY_ARE, ReadTable, TableReading, read_columns
from axone.data.reading.keys import varies
from axone.data.steps import ExampleLayout, Step
from axone.errors import DataError, ModelFileError, ShapeError
from axone.messages import Listed, _, listed

if TYPE_CHECKING:
    from pandas import DataFrame, Series


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
    reading : TableReading
        How the cells of its columns are written, the target's too.

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
    reading: TableReading = AS_THEY_ARE

    @classmethod
    def fit(
        cls,
        table: Any,
        columns: Mapping[str, str] | None = None,
        missing: Sequence[str] = (),
    ) -> "TableEncoder":
        """Decide what every column is, and learn its categories and medians.

        Parameters
        ----------
        table : pandas or polars frame
            The training rows, without the target.
        columns : mapping of str to str, optional
            What its owner says of columns: what one becomes ("number", "boolean", "category",
            "ordinal", "date", "ignore"), or how its cells are read ("text", "decimal-comma",
            "decimal-point", "day-first", "month-first", "year-first"). Decided otherwise by the
            cells. Left out are columns of a single value, identifiers and counters.
        missing : sequence of str
            Marks that stand for a missing cell in every column, besides those that are known where
            the other cells are no text.

        Raises
        ------
        UnknownNameError
            `columns` names a column that the table lacks.
        DataError
            A cell is not what `columns` says, a column can be read in two ways, or none is left.
        """
        read = read_columns(as_frame(table), columns, missing)
        return cls.fit_read(read.frame, read)

    @classmethod
    def fit_read(cls, frame: "DataFrame", read: ReadTable) -> "TableEncoder":
        """Learn categories and medians of training rows whose cells were read.

        Parameters
        ----------
        frame : pandas.DataFrame
            The training rows of the table that was read, without the target.
        read : ReadTable
            What was decided about all of it.
        """
        notes: list[str] = list(read.notes)
        used: list[tuple[str, Series]] = []
        for name in frame.columns:
            kind = read.kinds[name]
            if kind == "ignore":
                continue
            values = frame[name]
            if name not in read.chosen and not varies(values):
                notes.append(
                    _("column {name!r} left out: all its cells are alike", name=name).coded(
                        "constant_left_out"
                    )
                )
                continue
            if values.first_valid_index() is None:
                raise DataError(
                    _(
                        "column {name!r} is empty: it cannot be a {kind}. Ignore it.",
                        name=name,
                        kind=kind,
                    )
                )
            used.append((kind, values))
        fitted = each_column(lambda pair: COLUMN_KINDS[pair[0]].fit(pair[1]), used, len(frame))
        for column in fitted:
            notes.extend(column.notes())
        if not fitted:
            raise DataError(
                _(
                    "No column is left to learn from: {reasons}. Add columns, or say what they "
                    "are (number, category, ordinal, date).",
                    reasons=Listed(notes, "; ") or _("all are ignored"),
                )
            )
        return cls(tuple(fitted), tuple(notes), tuple(frame.columns), read.reading)

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
        return np.asarray(self.encode(X))

    def encode(self, X: Any) -> EncodedTable:
        """Encode rows as `transform` does, column beside column."""
        frame = self._as_table(X)
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
        frame = self.reading.only(self.names).read(frame)
        pairs = [(column, frame[column.name]) for column in self.columns]
        parts = each_column(lambda pair: pair[0].transform(pair[1]), pairs, len(frame))
        return EncodedTable(parts)

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
        fields = read_whole_data(_TableData, data, _("step {name!r}", name="table"))
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
        return cls(tuple(columns), fields.notes, fields.table_names, fields.reading)

    def _as_table(self, X: Any) -> "DataFrame":
        import pandas as pd

        if is_frame(X):
            return as_frame(X)
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
    reading: TableReading
