"""Columns of sources that know types: numbers stay numbers, dates dates, and text is text.

Whole numbers never pass through floating point: what 64 bits cannot hold stays as it is written.
"""

import datetime
import decimal
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axone.data.files.damage import reason_of
from axone.errors import DataError
from axone.messages import Message, _

if TYPE_CHECKING:
    from pandas import DataFrame, Series

_DATES = (datetime.date, datetime.datetime)


def text_column(values: Iterable[str | None]) -> "Series":
    """Make a column of text, None where a cell is missing."""
    import pandas as pd
    import pyarrow as pa

    return pd.Series(pd.array(pa.array(values, pa.string()), dtype=pd.ArrowDtype(pa.string())))


def column_of(values: Sequence[object]) -> "Series":
    """Make a column of Python's objects, None where a cell is missing.

    Numbers and booleans and dates each make a column of their type; a column of several kinds is
    text, each cell as it would be written.
    """
    import numpy as np
    import pandas as pd

    kinds = {type(value) for value in values} - {type(None)}
    has_missing = any(value is None for value in values)
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean" if has_missing else "bool")
    if kinds and kinds <= {int, float, decimal.Decimal}:
        return _numbers(values, has_missing)
    if kinds and kinds <= set(_DATES):
        return _moments(values)
    if kinds == {datetime.timedelta}:
        return pd.Series(np.array(values, dtype="timedelta64[us]"))
    return text_column(None if value is None else written(value) for value in values)


def written(value: object) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO 8601 writes them."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def frame_of(columns: Mapping[str, "Series"]) -> "DataFrame":
    """Make a frame of columns; its names are text whatever they look like."""
    import pandas as pd

    frame = pd.DataFrame(dict(columns), copy=False)
    frame.columns = pd.Index(list(columns), dtype=object)
    return frame


def frame_of_arrow(table: Any, names: Sequence[str], path: str | Path) -> "DataFrame":
    """Make a frame of an Arrow table under new names.

    Parameters
    ----------
    table : pyarrow.Table
        Of types that `require_plain_types` lets pass.
    names : sequence of str
    path : str or Path
        For messages.

    Raises
    ------
    DataError
        A column of bytes that are no text, with its name.
    """
    pairs = zip(names, table.columns, strict=True)
    return frame_of({name: _series_of_arrow(column, name, path) for name, column in pairs})


def require_plain_types(types: Mapping[str, Any], path: str | Path) -> None:
    """Refuse columns whose cells are lists, records or other nested values.

    Raises
    ------
    DataError
        With the column and its type.
    """
    for name, kind in types.items():
        if _conversion(kind) is None:
            raise DataError(
                _(
                    "{path}: column {column!r} holds values of type {kind}, not one number or "
                    "text a cell. Make columns of its parts, or leave it out.",
                    path=path,
                    column=name,
                    kind=Message(str(kind)[:80]),
                )
            )


def _series_of_arrow(column: Any, name: str, path: str | Path) -> "Series":
    import pandas as pd
    import pyarrow as pa

    convert = _conversion(column.type)
    try:
        return pd.Series(convert(column)) if convert else text_column([])
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise DataError(
            _(
                "{path}: column {column!r} cannot be read: {error}. Write it as numbers or text.",
                path=path,
                column=name,
                error=reason_of(error),
            )
        ) from error


def _conversion(kind: Any) -> Callable[[Any], Any] | None:
    from pyarrow import types

    if types.is_dictionary(kind):
        if _conversion(kind.value_type) is None or types.is_dictionary(kind.value_type):
            return None
        return _arrow_categories
    return next((made for test, made in _conversions() if test(kind)), None)


def _conversions() -> Sequence[tuple[Callable[[Any], bool], Callable[[Any], Any]]]:
    import pyarrow as pa
    from pyarrow import types

    def as_text(column: Any) -> Any:
        return _arrow_text(column.cast(pa.string()))

    return (
        (types.is_string, _arrow_text),
        (types.is_boolean, _arrow_booleans),
        (types.is_integer, _arrow_integers),
        (types.is_floating, lambda column: column.to_pandas()),
        (types.is_decimal, _arrow_decimals),
        (types.is_date32, lambda column: column.cast(pa.timestamp("s")).to_pandas()),
        (types.is_date64, lambda column: column.cast(pa.timestamp("ms")).to_pandas()),
        (types.is_timestamp, lambda column: column.to_pandas()),
        (types.is_duration, lambda column: column.to_pandas()),
        (types.is_time, as_text),
        (types.is_null, as_text),
        (types.is_large_string, as_text),
        (types.is_string_view, as_text),
        (_is_binary, as_text),
    )


def _arrow_categories(column: Any) -> Any:
    from pyarrow import types

    values = column.type.value_type
    if types.is_string(values) or types.is_large_string(values):
        return column.unify_dictionaries().to_pandas()
    plain = column.cast(values)
    convert = _conversion(values)
    return convert(plain) if convert else plain


def _is_binary(kind: Any) -> bool:
    from pyarrow import types

    # Text that a writer did not call text; Arrow checks that it is UTF-8.
    return types.is_binary(kind) or types.is_large_binary(kind)


def _arrow_text(column: Any) -> Any:
    from pandas.arrays import ArrowExtensionArray

    return ArrowExtensionArray(column)


def _arrow_booleans(column: Any) -> Any:
    import pandas as pd

    if not column.null_count:
        return column.to_pandas()
    return column.to_pandas(types_mapper={column.type: pd.BooleanDtype()}.get)


def _arrow_integers(column: Any) -> Any:
    import pandas as pd

    if not column.null_count:
        return column.to_pandas()
    name = str(column.type).capitalize().replace("Uint", "UInt")
    dtype: Any = pd.api.types.pandas_dtype(name)
    return column.to_pandas(types_mapper={column.type: dtype}.get)


def _arrow_decimals(column: Any) -> Any:
    import pyarrow as pa

    if column.type.scale > 0:
        return column.cast(pa.float64()).to_pandas()
    return column_of([None if cell is None else int(cell) for cell in column.to_pylist()])


def _whole_numbers(values: Sequence[Any], has_missing: bool) -> "Series":
    import pandas as pd

    present = [value for value in values if value is not None]
    low, high = min(present), max(present)
    if low >= -(2**63) and high < 2**63:
        return pd.Series(values, dtype="Int64" if has_missing else "int64")
    if low >= 0 and high < 2**64:
        return pd.Series(values, dtype="UInt64" if has_missing else "uint64")
    return text_column(None if value is None else str(value) for value in values)


def _numbers(values: Sequence[Any], has_missing: bool) -> "Series":
    import pandas as pd

    present = [value for value in values if value is not None]
    if all(isinstance(v, int) for v in present) or all(_is_whole(value) for value in present):
        return _whole_numbers([None if v is None else int(v) for v in values], has_missing)
    large = any(isinstance(value, int) and abs(value) > 2**53 for value in present)
    if large:
        return text_column(None if value is None else written(value) for value in values)
    return pd.Series([math.nan if v is None else float(v) for v in values], dtype="float64")


def _is_whole(value: Any) -> bool:
    """Tell whether a number is whole and exactly known: a float beyond 2⁵³ is not."""
    if isinstance(value, float):
        return value.is_integer() and abs(value) <= 2**53
    return isinstance(value, int) or (value.is_finite() and value == value.to_integral_value())


def _moments(values: Sequence[Any]) -> "Series":
    import numpy as np
    import pandas as pd

    aware = [value for value in values if getattr(value, "tzinfo", None) is not None]
    if not aware:
        return pd.Series(np.array(values, dtype="datetime64[us]"))
    utc = [_in_utc(value) for value in values]
    return pd.Series(np.array(utc, dtype="datetime64[us]")).dt.tz_localize("UTC")


def _in_utc(value: Any) -> Any:
    if getattr(value, "tzinfo", None) is None:
        return value
    return value.astimezone(datetime.UTC).replace(tzinfo=None)
