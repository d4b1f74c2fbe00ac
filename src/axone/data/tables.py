"""Tables: CSV and Parquet files read into frames, and frames made into datasets.

Everything about a text table is found out from its first lines: the separator, the decimal sign,
the encoding. Cells stay as they are here; turning them into numbers is the encoder's work, which
must see the training rows only.
"""

import csv
import gzip
import io
import re
import warnings
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from axone.data.comparing import require_both, require_classification, with_truth
from axone.data.conditions import condition_of
from axone.data.dataset import Dataset, TaskChoice
from axone.data.frames import as_frame, numbers_of, require_distinct
from axone.data.home import require_readable, suffix_of
from axone.data.targets import MOST_INTEGER_CLASSES, USUAL_TARGETS, cell_text, encode_target
from axone.errors import DataError, UnknownNameError
from axone.messages import Message, _, _n, listed

if TYPE_CHECKING:
    from pandas import DataFrame, Series

SIZE_LIMIT = 4 * 2**30
"""Bytes of a table, on disk and unpacked: a small compressed file may unpack to terabytes."""


_SAMPLE_BYTES = 64 * 1024
_SCANNED_BYTES = 256 * 1024
_SEPARATORS = ("\t", ";", "|", ",")


def read_table(path: Path) -> "DataFrame":
    """Read a CSV, TSV (either may be gzip-compressed) or Parquet file.

    Parameters
    ----------
    path : Path
        Text tables have a line of names first; the separator is a comma, semicolon, tab or
        vertical bar; a decimal comma is understood where semicolons separate; an empty cell,
        ``NA`` and ``?`` are missing; UTF-8, else Latin-1.

    Raises
    ------
    DataError
        Empty, damaged, too large, two columns of one name, no rows, rows of different lengths.
    """
    require_readable(path, SIZE_LIMIT)
    frame = _read_parquet(path) if suffix_of(path) == ".parquet" else _read_csv(path)
    if frame.empty:
        raise DataError(_("{path} has names of columns but no rows. Add the rows.", path=path))
    return as_frame(frame, str(path))


def dataset_from_frame(
    table: Any,
    *,
    name: str,
    target: str | None = None,
    task: TaskChoice = "auto",
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
        floats of exactly two whole values are classes.
    where : str, optional
        The file, for messages.

    Raises
    ------
    DataError
        No target to be found or learnt, infinite cells, fewer than two rows or columns.
    UnknownNameError
        `target` is no column.
    """
    where = where or name
    frame = as_frame(table, where)
    notes: list[str] = []
    condition = condition_of(target, frame.columns)
    if condition is not None:
        require_classification(condition, task, where)
        judged, target = with_truth(condition, frame, where), condition.text
        require_both(condition, judged[target], frame[condition.name], where)
        frame = judged
    target = _choose_target(list(frame.columns), target, where, notes)
    missing = frame[target].isna().to_numpy()
    if missing.any():
        # A missing cell makes pandas read whole numbers as floats; without it they are whole again.
        frame = frame[~missing].reset_index(drop=True)
        frame = frame.assign(**{target: _whole_again(frame[target])})
        count = int(missing.sum())
        notes.append(rows_left_out(count, target))
    if len(frame) < 2:
        raise DataError(
            _(
                "{where} has {rows} rows with a target; learning needs at least 2.",
                where=where,
                rows=len(frame),
            )
        )
    X = _without_row_numbers(frame.drop(columns=target), notes)
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
    encoded = encode_target(
        _target_values(frame[target], where),
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
        target_name=target,
        class_names=encoded.class_names,
        class_values=encoded.class_values,
        target_names=(target,) if encoded.task == "regression" else (),
        notes=(*notes, *encoded.notes),
    )


def rows_left_out(count: int, target: str) -> Message:
    """Say that rows do not have their target."""
    return _n(
        "{count} row without {target} left out",
        "{count} rows without {target} left out",
        count,
        target=target,
    ).coded("rows_without_target")


def count_columns(path: Path) -> int:
    """Count the columns of a table file from its first line or its footer.

    Raises
    ------
    DataError
        As `read_table`, as far as the beginning of the file shows.
    """
    require_readable(path, SIZE_LIMIT)
    if suffix_of(path) == ".parquet":
        return cast(int, _parquet_footer(path).num_columns)
    sample, _ = _sample(path)
    return len(_header(sample, _separator(sample)))


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
    if first != "Unnamed: 0" or not np.array_equal(X[first].to_numpy(), np.arange(len(X))):
        return X
    notes.append(
        _("the first column, which only numbers the rows, left out").coded("row_numbers_left_out")
    )
    return X.drop(columns=first)


def _whole_again(values: "Series") -> "Series":
    if values.dtype.kind != "f" or not np.array_equal(values, np.floor(values)):
        return values
    return values.astype(np.int64) if np.abs(values).max() < 2**53 else values


def _target_values(values: "Series", where: str) -> NDArray[Any]:
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(values):
        raise DataError(
            _(
                "{where}: the target {name!r} holds dates, which can be features but not "
                "targets. Choose another, or give days as numbers.",
                where=where,
                name=values.name,
            )
        )
    if pd.api.types.is_bool_dtype(values):
        return values.to_numpy(dtype=bool)
    if pd.api.types.is_integer_dtype(values):
        return values.to_numpy(dtype=np.int64)
    if pd.api.types.is_numeric_dtype(values):
        return numbers_of(values, where)
    return np.array([cell_text(cell) for cell in values], dtype=object)


def _read_parquet(path: Path) -> "DataFrame":
    import pandas as pd

    footer = _parquet_footer(path)
    groups = range(footer.num_row_groups)
    if sum(footer.row_group(group).total_byte_size for group in groups) > SIZE_LIMIT:
        raise _too_large(path)
    require_distinct(list(footer.schema.to_arrow_schema().names), str(path))
    try:
        return pd.read_parquet(path, engine="pyarrow")
    except (ValueError, OSError) as error:  # pyarrow's errors are these
        raise DataError(
            _("{path} is damaged: {error}. Write or fetch it again.", path=path, error=error)
        ) from error


def _parquet_footer(path: Path) -> Any:
    try:
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise DataError(
            _(
                "{path}: Parquet files are read with pyarrow, which is not installed: pip "
                'install "axone[parquet]". Or save the table as CSV.',
                path=path,
            )
        ) from error
    try:
        return parquet.read_metadata(path)
    except (ValueError, OSError) as error:
        raise DataError(
            _("{path} is no Parquet file, or a damaged one: {error}.", path=path, error=error)
        ) from error


def _read_csv(path: Path) -> "DataFrame":
    import pandas as pd

    sample, encoding = _sample(path)
    separator = _separator(sample)
    header = _header(sample, separator)
    require_distinct([name for name in header if name.strip()], str(path))
    options: dict[str, Any] = {
        "sep": separator,
        "decimal": _decimal_sign(sample, separator),
        "na_values": ["?"],
        "index_col": False,
        "encoding": encoding,
    }

    def read(**changed: Any) -> "DataFrame":
        with _open_text(path) as file:
            return pd.read_csv(file, **options | changed)

    try:
        options["skipinitialspace"] = _has_blanks_before_cells(path, separator)
        # Superfluous cells are an error here, where pandas would drop them with a warning.
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            warnings.simplefilter("error", pd.errors.DtypeWarning)
            try:
                return _read_by_pieces_or_whole(read)
            except UnicodeDecodeError:
                return _read_by_pieces_or_whole(partial(read, encoding="latin-1"))
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise DataError(
            _(
                "{path}: the lines are not of one length ({error}). Every line needs one cell "
                "for each of the {count} names of the first line, separated by {separator!r}.",
                path=path,
                error=error,
                count=len(header),
                separator=separator,
            )
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, error) from error


def _read_by_pieces_or_whole(read: "Callable[..., DataFrame]") -> "DataFrame":
    """Let pandas decide what a column holds piece by piece, which takes half the time.

    Unless the pieces disagree: then it is to look at whole columns.
    """
    import pandas as pd

    try:
        return read()
    except pd.errors.DtypeWarning:
        return read(low_memory=False)


def _has_blanks_before_cells(path: Path, separator: str) -> bool:
    """Tell whether cells may begin with a blank, which pandas takes a quarter longer to skip.

    A compressed file is not looked through: unpacking it takes longer still.
    """
    if suffix_of(path).endswith(".gz"):
        return True
    before = [sign + b" " for sign in (separator.encode(), b"\n", b"\r")]
    last = b"\n"
    with _open_text(path) as file:
        while piece := file.read(_SCANNED_BYTES):
            if b" " in piece:
                piece = last + piece
                if any(pair in piece for pair in before):
                    return True
            last = piece[-1:]
    return False


class _BoundedFile(io.RawIOBase):
    """Bytes of a file, unpacked, up to the size limit; closes the file with itself."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path, self._left = file, path, SIZE_LIMIT

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._file.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(self._path)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _open_text(path: Path) -> IO[bytes]:
    compressed = suffix_of(path).endswith(".gz")
    file = cast(IO[bytes], gzip.GzipFile(path) if compressed else path.open("rb"))
    return io.BufferedReader(_BoundedFile(file, path), 1 << 18)


def _sample(path: Path) -> tuple[str, str]:
    """Return the first lines, whole ones only where there are more, and their encoding."""
    try:
        with _open_text(path) as file:
            start = file.read(_SAMPLE_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, error) from error
    if b"\0" in start:
        raise DataError(
            _("{path} is no text table (it holds zero bytes). Save it as UTF-8 CSV.", path=path)
        )
    if len(start) == _SAMPLE_BYTES and b"\n" in start:
        start = start[: start.rindex(b"\n") + 1]
    try:
        text, encoding = start.decode("utf-8-sig"), "utf-8-sig"
    except UnicodeDecodeError:
        text, encoding = start.decode("latin-1"), "latin-1"
    if not text.strip():
        raise DataError(
            _("{path} is empty: it holds nothing but blanks. Write the file again.", path=path)
        )
    return text.lstrip("\r\n"), encoding


def _separator(sample: str) -> str:
    """Choose what divides every line into the same number of cells, commas last.

    A comma may well stand inside the cells of a table that semicolons separate, hardly the other
    way round.
    """
    lines = sample.splitlines()[:50]
    for separator in _SEPARATORS:
        lengths = {len(cells) for cells in csv.reader(lines, delimiter=separator) if cells}
        if len(lengths) == 1 and lengths != {1}:
            return separator
    return max(reversed(_SEPARATORS), key=lines[0].count)


def _header(sample: str, separator: str) -> list[str]:
    # Untranslated, so that the reader itself tells line ends from quoted ones.
    return next(csv.reader(io.StringIO(sample, newline=""), delimiter=separator))


def _decimal_sign(sample: str, separator: str) -> str:
    if separator != ";":
        return "."
    with_comma, with_point = (
        re.search(rf"(?:^|;)\s*[+-]?\d+{sign}\d+\s*(?:;|$)", sample, re.MULTILINE)
        for sign in (",", r"\.")
    )
    return "." if with_point and not with_comma else ","


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(
        _(
            "{path} is damaged: {error}. Write the file again, or fetch it again.",
            path=path,
            error=error,
        )
    )


def _too_large(path: Path) -> DataError:
    return DataError(
        _(
            "{path} unpacks to more than the limit of {limit:.1f} GiB. Use part of its rows.",
            path=path,
            limit=SIZE_LIMIT / 2**30,
        )
    )
