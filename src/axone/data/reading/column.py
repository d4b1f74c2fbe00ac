"""How the cells of one column are written, decided once and then the same for every later row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from axone.arrays import BoolArray
from axone.data.plain_data import PlainData
from axone.data.reading.cells import Cells, text_array
from axone.data.reading.missing import requested_marks, usual_marks, without_marks
from axone.data.reading.moments import DateFormat, Dates, Moments, compact_dates
from axone.data.reading.numerals import LARGEST_EXACT, Numbers, Numerals
from axone.data.reading.truths import truths_in

if TYPE_CHECKING:
    from pandas import Series

Written: TypeAlias = Literal["numbers", "dates", "truths", "texts"]
"""As what the cells of a column are read."""


_MOST_UNREADABLE = 0.05
"""The share of cells of another kind up to which a column is what the others are."""

_FEWEST_FOR_ONE = 10
"""Cells among which a single one of another kind is an exception."""


def are_exceptions(unreadable: int, present: int) -> bool:
    """Tell whether so few cells are of another kind that the column is what the others are."""
    few = unreadable <= _MOST_UNREADABLE * present
    return few or (unreadable == 1 and present >= _FEWEST_FOR_ONE)


@dataclass(frozen=True)
class ColumnReading(PlainData):
    """How the cells of a column are read.

    Attributes
    ----------
    name : str
    written : {"numbers", "dates", "truths", "texts"}
    numerals : Numerals or None
        Of numbers.
    dates : DateFormat or None
        Of dates.
    missing : tuple of str
        Cells that count as missing besides empty ones: marks, and cells of another kind that stood
        among the training rows.
    """

    name: str
    written: Written
    numerals: Numerals | None = None
    dates: DateFormat | None = None
    missing: tuple[str, ...] = ()

    def read(self, values: "Series") -> "Read":
        """Read a column: numbers, dates as moments, truths as 1 and 0, texts as they are.

        Parameters
        ----------
        values : Series
            Text, or of a type already, which is left as it is where it will do.
        """
        if is_text(values):
            return self._read_cells(Cells.of(values), values)
        values = without_marks(values, self.missing)
        if self.written == "dates" and _are_numbers(values):
            moments = compact_dates(values.to_numpy(dtype=np.float64, na_value=np.nan))
            return Read(_series(moments, values), np.isnat(moments) & values.notna().to_numpy())
        return Read(values, np.zeros(len(values), bool))

    def _read_cells(self, cells: Cells, values: "Series") -> "Read":
        gone = requested_marks(cells, self.missing)
        if self.written == "texts":
            return Read(texts_series(cells, gone, values), np.zeros(len(values), bool))
        gone |= usual_marks(cells)
        read = self._values(cells, ~gone)
        lost = np.append(_is_missing(read) & ~gone, False)[cells.codes]
        return Read(series_of(by_row(read, cells), self, values), lost)

    def _values(self, cells: Cells, counted: BoolArray) -> Any:
        """Return the value of each text, (n_texts,), missing where it has none."""
        if self.written == "truths":
            return np.where(counted, truths_in(cells), np.nan)
        if self.written == "dates":
            assert self.dates is not None  # noqa: S101 — dates have a format
            return _dates_of(cells, counted, self.dates)
        assert self.numerals is not None  # noqa: S101 — numbers have a notation
        numbers = Numbers(cells, counted)
        return numbers.values(self.numerals)


@dataclass(frozen=True, eq=False)
class Read:
    """A column that was read.

    Attributes
    ----------
    values : Series
        Missing where a cell is empty, a mark, or not readable.
    unreadable : ndarray of bool, shape (m,)
        Cells that hold something, but nothing of their column's kind.
    """

    values: "Series"
    unreadable: BoolArray


def is_text(values: "Series") -> bool:
    """Tell whether a column holds text that is to be read."""
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        return False
    if isinstance(values.dtype, pd.ArrowDtype):
        return _holds_text(values)
    if isinstance(values.dtype, pd.StringDtype):
        return True
    return values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "string"


def _holds_text(values: "Series") -> bool:
    """Tell whether cells of Arrow's are text, or written as text without loss: bytes of UTF-8."""
    import pyarrow as pa

    kind = pa.array(values.array[:0], from_pandas=True).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        try:
            text_array(values)
        except pa.ArrowInvalid:
            return False
        return True
    return any(
        is_kind(kind)
        for is_kind in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_decimal,
            pa.types.is_time,
            pa.types.is_null,
        )
    )


def by_row(of_texts: Any, cells: Cells) -> Any:
    """Return the value of each row, given that of each text."""
    nothing = np.datetime64("NaT") if of_texts.dtype.kind == "M" else np.nan
    return np.append(of_texts, nothing)[cells.codes]


def series_of(values: Any, reading: ColumnReading, like: "Series") -> "Series":
    """Return what was read as a column: truths as such, whole numbers as such where all are."""
    import pandas as pd

    if reading.numerals is not None:
        values = whole_numbers(values, reading.numerals)
    column = pd.Series(values, name=like.name, index=like.index)
    return column.astype("boolean") if reading.written == "truths" else column


def whole_numbers(values: Any, numerals: Numerals) -> Any:
    """Return whole numbers as such, where none is missing and none has a sign or a unit."""
    if numerals != Numerals() or not np.isfinite(values).all():
        return values
    whole = (values == np.floor(values)) & (np.abs(values) <= LARGEST_EXACT)
    return values.astype(np.int64) if whole.all() else values


def texts_series(cells: Cells, gone: BoolArray, values: "Series") -> "Series":
    """Return a column of text as categories, in the order in which they come first."""
    import pandas as pd

    kept = np.where(gone, -1, np.cumsum(~gone) - 1).astype(np.int32)
    categories = cells.written.filter(_mask(~gone)).to_pylist()
    codes = np.append(kept, np.int32(-1))[cells.codes]
    column = pd.Categorical.from_codes(codes, categories=pd.Index(categories, dtype=object))
    return pd.Series(column, name=values.name, index=values.index)


def _mask(wanted: BoolArray) -> Any:
    import pyarrow as pa

    return pa.array(wanted)


def _dates_of(cells: Cells, counted: BoolArray, written: DateFormat) -> Moments:
    """Read dates in their format, and those in digits alone, which mean but one."""
    moments = Dates(cells, counted).values(written)
    numbers = Numbers(cells, counted)
    digits = numbers.of_shapes([form is not None and form.digits > 0 for form in numbers.forms])
    if written.clock or not digits.any():
        return moments
    return np.where(digits, compact_dates(numbers.values(Numerals())), moments)


def _are_numbers(values: "Series") -> bool:
    import pandas as pd

    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)


def _is_missing(values: Any) -> BoolArray:
    return np.isnat(values) if values.dtype.kind == "M" else np.isnan(values)


def _series(values: Any, like: "Series") -> "Series":
    import pandas as pd

    return pd.Series(values, name=like.name, index=like.index)
