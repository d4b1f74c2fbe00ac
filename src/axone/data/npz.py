"""NumPy archives: `X`, `y` and optionally `feature_names`, `target_names`, `X_test`, `y_test`.

What else they may say of signals, sequences and texts, `axone.data.array_examples` tells; of a
series, `axone.data.series`. A file from outside is judged by its directory and its headers before
any cell is decompressed: nothing pickled, nothing above the size limit, no header that promises
more than the file holds.
"""

import math
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from axone.arrays import Shape
from axone.bounds import (
    ARRAY_BYTES,
    HARMLESS_BYTES,
    MOST_ARRAYS,
    MOST_AXES,
    MOST_INFLATION,
)
from axone.data.array_dataset import (
    arrays_told_apart,
    checked_examples,
    make_array_dataset,
)
from axone.data.array_examples import KEYS as BESIDE_EXAMPLES
from axone.data.array_examples import TEXTS, examples_of
from axone.data.conditions import Condition
from axone.data.dataset import Dataset, DatasetInfo, Rows, TaskChoice
from axone.data.home import require_readable, stem_of
from axone.data.series import series_of_arrays
from axone.data.series_windows import windows_of
from axone.errors import ConfigurationError, DataError
from axone.files import told_of_damage
from axone.messages import Message, _, _n, listed

SIZE_LIMIT = ARRAY_BYTES

_SERIES = ("series", "columns")

_KEYS = (
    "X",
    "y",
    "feature_names",
    "target_names",
    "X_test",
    "y_test",
    *BESIDE_EXAMPLES,
    *_SERIES,
)


@dataclass(frozen=True)
class ArrayHeader:
    """What the first bytes of an array in an archive say."""

    shape: Shape
    dtype: np.dtype[Any]


def read_npz(
    path: Path,
    task: TaskChoice = "auto",
    target: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Read a dataset of arrays.

    Parameters
    ----------
    path : Path
        The archive, as `numpy.savez` or `numpy.savez_compressed` write it.
    task : {"auto", "classification", "regression"}, default "auto"
        "auto": integers, booleans and text in `y` are classes, floats are amounts.
    target : str, optional
        One of several targets, by its name in `target_names`; of a series its column to be said.
    options : mapping, optional
        Of a series, see `axone.data.series_windows.OPTIONS`.

    Raises
    ------
    DataError
        The file is damaged, holds pickled objects, lacks `X` or `y`, or its arrays cannot be
        learnt from; the message names the file.
    """
    arrays = _read_arrays(path)
    examples = any(key in arrays for key in ("X", *TEXTS))
    if "series" in arrays and not examples:
        return windows_of(series_of_arrays(stem_of(path), arrays, str(path)), target, options)
    if options:
        raise ConfigurationError(
            _(
                "{path} takes no options such as {option!r}: only a series does, and generated "
                "datasets.",
                path=path,
                option=next(iter(options)),
            )
        )
    if not examples:
        raise DataError(_missing(path, "X"))
    if "y" not in arrays:
        raise DataError(_missing(path, "y"))
    dataset = make_array_dataset(stem_of(path), arrays, task=task, target=target, where=str(path))
    others = sorted(set(read_headers(path)) - set(_KEYS))
    if not others:
        return dataset
    note = _("arrays of other names are passed over: {names}", names=listed(others))
    return replace(dataset, notes=(*dataset.notes, note.coded("arrays_passed_over")))


def read_npz_rows(
    path: Path, condition: Condition | None = None
) -> tuple[Rows, NDArray[Any] | None]:
    """Read `X`, and `y` as it stands where there is one: rows to predict from.

    With a condition `y` says of which rows it is true. A series comes as a table of its columns.

    Raises
    ------
    DataError
        As `read_npz`, but a file without `y` is welcome.
    """
    arrays = _read_arrays(path)
    if not any(key in arrays for key in ("X", *TEXTS)):
        if "series" in arrays:
            return series_of_arrays(stem_of(path), arrays, str(path)).frame(), None
        raise DataError(_missing(path, "X"))
    if condition is not None:
        if "y" not in arrays:
            raise DataError(_missing(path, "y"))
        # What labels the rows is called as it was where the model learnt it.
        arrays = arrays_told_apart(arrays, condition, str(path), [condition.name])
    examples = examples_of(arrays, str(path))
    arrays = dict(examples.arrays)
    X = checked_examples(arrays["X"], "X", str(path), examples.kind)
    y = arrays.get("y")
    if y is not None and len(np.atleast_1d(y)) != len(X):
        raise DataError(
            _(
                "{path}: X has {rows} rows, y has shape {shape}.",
                path=path,
                rows=len(X),
                shape=y.shape,
            )
        )
    return X, y


def describe_npz(path: Path) -> DatasetInfo | None:
    """Describe an archive from its headers alone; None where it is no dataset."""
    try:
        headers = read_headers(path)
    except DataError:
        return None
    y = headers.get("y")
    X = next((headers[key] for key in ("X", *TEXTS) if key in headers), None)
    series = headers.get("series")
    if X is None and series is not None and series.shape:
        return DatasetInfo(
            name=stem_of(path),
            task="regression",
            rows=series.shape[0],
            features=_series_in_words(series),
            classes=None,
            where="data home",
        )
    if X is None or y is None or not X.shape or not y.shape:
        return None
    task: Literal["classification", "regression"] = (
        "regression" if y.dtype.kind == "f" else "classification"
    )
    names = headers.get("target_names")
    named = names.shape[0] if names is not None and names.shape else None
    return DatasetInfo(
        name=stem_of(path),
        task=task,
        rows=X.shape[0],
        features=_features(X),
        classes=named if task == "classification" else None,
        where="data home",
    )


def _series_in_words(series: ArrayHeader) -> str:
    columns = series.shape[1] if len(series.shape) > 1 else 1
    return str(_n("series of {count}", "series of {count}", columns))


def _features(X: ArrayHeader) -> str:
    if X.dtype.kind == "U" and len(X.shape) == 1:
        return str(_("text"))
    return " × ".join(map(str, X.shape[1:])) or "1"


def read_headers(path: Path) -> dict[str, ArrayHeader]:
    """Read what an archive holds without decompressing more than each array's first bytes.

    Raises
    ------
    DataError
        No archive, a damaged one, pickled objects inside, or more than `SIZE_LIMIT` bytes.
    """
    with _opened(path) as archive:
        return {
            key: _read_header(archive, member, path)
            for key, member in _members(archive, path).items()
        }


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an archive whole or not at all: to a temporary file beside it, then renamed.

    Raises
    ------
    DataError
        The folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.stem}-", suffix=".part", delete=False
        ) as file:
            unfinished = Path(file.name)
    except OSError as error:
        raise DataError(
            _(
                "{path} cannot be written: {reason}. Set AXONE_DATA to a folder of your own.",
                path=path,
                reason=error.strerror,
            )
        ) from error
    try:
        with unfinished.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        unfinished.replace(path)
    except OSError as error:
        raise DataError(
            _("{path} cannot be written: {reason}.", path=path, reason=error.strerror)
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Give the archive, whatever is wrong with it told with its name."""
    require_readable(path, SIZE_LIMIT)
    with told_of_damage(lambda error: _damaged(path, error)), warnings.catch_warnings():
        # NumPy warns of headers that Python 2 wrote, and of odd ones.
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(path) as archive:
            yield archive


def _damaged(path: Path, error: Exception) -> DataError:
    if isinstance(error, zipfile.BadZipFile):
        return DataError(
            _(
                "{path} is no NPZ archive, or a truncated one ({error}). Write it again with "
                "numpy.savez, or fetch it again.",
                path=path,
                error=error,
            )
        )
    return DataError(
        _(
            "{path} is damaged: {error}. Write it again with numpy.savez, or fetch it again.",
            path=path,
            error=error if str(error) else type(error).__name__,
        )
    )


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the arrays of an archive by their names, its directory judged."""
    members = archive.infolist()
    if len(members) > MOST_ARRAYS:
        raise DataError(
            _(
                "{path} holds {count:,} arrays; at most {most:,} are read.",
                path=path,
                count=len(members),
                most=MOST_ARRAYS,
            )
        )
    total = sum(member.file_size for member in members)
    if total > SIZE_LIMIT:
        raise DataError(
            _(
                "{path} unpacks to {size:.1f} GiB, above the limit of {limit:.1f} GiB. Use "
                "part of its rows.",
                path=path,
                size=total / 2**30,
                limit=SIZE_LIMIT / 2**30,
            )
        )
    packed = max(1, sum(member.compress_size for member in members))
    if total > HARMLESS_BYTES and total > MOST_INFLATION * packed:
        raise DataError(
            _(
                "{path} unpacks to {times:,} times its size, {size:.1f} GiB, as no measured "
                "numbers do. If they are meant so, write them with numpy.savez, uncompressed.",
                path=path,
                times=total // packed,
                size=total / 2**30,
            )
        )
    # A member X beside X.npy is no array, and NumPy would take it for one.
    arrays = [member for member in members if member.filename.endswith(".npy")]
    found: dict[str, zipfile.ZipInfo] = {}
    for member in arrays:
        if found.setdefault(member.filename.removesuffix(".npy"), member) is not member:
            raise DataError(
                _(
                    "{path} holds {key!r} twice: write it again with numpy.savez.",
                    path=path,
                    key=member.filename,
                )
            )
    return found


def _read_header(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> ArrayHeader:
    key = member.filename.removesuffix(".npy")
    with archive.open(member) as file:
        version = npy_format.read_magic(file)
        read = (
            npy_format.read_array_header_1_0
            if version == (1, 0)
            else npy_format.read_array_header_2_0
        )
        shape, _fortran_order, dtype = read(file)
    if dtype.hasobject:
        raise DataError(
            _(
                "{path}: {key} holds pickled Python objects, which are never loaded, since "
                "they can run code. Save it as an array of numbers or of text (dtype str).",
                path=path,
                key=key,
            )
        )
    # Cells of no bytes would cost nothing in the file and something in memory.
    promised = max(1, dtype.itemsize) * math.prod(shape)
    if promised > member.file_size or min(shape, default=0) < 0 or len(shape) > MOST_AXES:
        raise DataError(
            _(
                "{path} is damaged: {key} says shape {shape}, but is too short for it.",
                path=path,
                key=key,
                shape=shape,
            )
        )
    return ArrayHeader(shape, dtype)


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    headers = read_headers(path)
    with _opened(path) as archive:
        members = _members(archive, path)
        arrays = {key: _read_array(archive, members[key]) for key in _KEYS if key in headers}
    if arrays:
        return arrays
    raise DataError(_missing(path, "X", list(headers)))


def _read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(member) as file:
        # What it holds was seen to be no Python object.
        array: NDArray[Any] = npy_format.read_array(file, allow_pickle=False)
        # To its end, where zipfile compares the checksum.
        file.read(1)
    # From a machine that writes numbers the other way round: all that follows takes ours.
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _missing(path: Path, key: str, found: list[str] | None = None) -> Message:
    inside = listed(read_headers(path) if found is None else found) or _("nothing")
    return _(
        "{path} holds no {key} (it holds {inside}). A dataset file needs X, the "
        "examples, and y, their targets.",
        path=path,
        key=key,
        inside=inside,
    )
