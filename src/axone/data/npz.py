"""NumPy archives: `X`, `y` and optionally `feature_names`, `target_names`, `X_test`, `y_test`.

A file from outside is judged by its directory and its headers before any cell is decompressed:
nothing pickled, nothing above the size limit, no header that promises more than the file holds.
"""

import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from axone.arrays import Shape
from axone.data.dataset import Dataset, DatasetInfo, TaskChoice
from axone.data.finite import require_finite
from axone.data.home import require_readable, stem_of
from axone.data.targets import encode_target
from axone.errors import DataError, UnknownNameError
from axone.messages import Message, _, listed

SIZE_LIMIT = 8 * 2**30
"""Bytes of all arrays of one file together; more would hardly fit in memory beside a network."""

_KEYS = ("X", "y", "feature_names", "target_names", "X_test", "y_test")


@dataclass(frozen=True)
class ArrayHeader:
    """What the first bytes of an array in an archive say."""

    shape: Shape
    dtype: np.dtype[Any]


def read_npz(path: Path, task: TaskChoice = "auto", target: str | None = None) -> Dataset:
    """Read a dataset of arrays.

    Parameters
    ----------
    path : Path
        The archive, as `numpy.savez` or `numpy.savez_compressed` write it.
    task : {"auto", "classification", "regression"}, default "auto"
        "auto": integers, booleans and text in `y` are classes, floats are amounts.
    target : str, optional
        One of several targets, by its name in `target_names`.

    Raises
    ------
    DataError
        The file is damaged, holds pickled objects, lacks `X` or `y`, or its arrays cannot be
        learnt from; the message names the file.
    """
    arrays = _read_arrays(path)
    for key in ("X", "y"):
        if key not in arrays:
            raise DataError(_missing(path, key))
    return make_array_dataset(stem_of(path), arrays, task=task, target=target, where=str(path))


def read_npz_rows(path: Path) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Read `X`, and `y` as it stands where there is one: rows to predict from.

    Raises
    ------
    DataError
        As `read_npz`, but a file without `y` is welcome.
    """
    arrays = _read_arrays(path)
    if "X" not in arrays:
        raise DataError(_missing(path, "X"))
    X = _examples(arrays["X"], "X", str(path))
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


def make_array_dataset(
    name: str,
    arrays: Mapping[str, NDArray[Any]],
    *,
    task: TaskChoice = "auto",
    target: str | None = None,
    where: str = "",
) -> Dataset:
    """Check arrays under the keys of an archive and make a dataset of them.

    Raises
    ------
    DataError
        Lengths differ, `X` is no array of numbers, cells are not finite, fewer than two rows.
    UnknownNameError
        `target` is none of several named targets.
    """
    where = where or name
    X, y = _pair(arrays, "X", "y", where)
    if len(X) < 2:
        raise DataError(_("{where}: X has a single row; learning needs at least two.", where=where))
    X_test, y_test = None, None
    if "X_test" in arrays or "y_test" in arrays:
        X_test, y_test = _pair(arrays, "X_test", "y_test", where)
        if X_test.shape[1:] != X.shape[1:] or y_test.shape[1:] != y.shape[1:]:
            raise DataError(
                _(
                    "{where}: X_test {X_test} and y_test {y_test} do not continue X "
                    "{X} and y {y}: all axes but the first must agree.",
                    where=where,
                    X_test=X_test.shape,
                    y_test=y_test.shape,
                    X=X.shape,
                    y=y.shape,
                )
            )
    notes: tuple[str, ...] = ()
    target_names = _names(arrays, "target_names", where)
    if target is not None:
        y, y_test, target_names = _one_target(y, y_test, target_names, target, where)
    feature_names = _names(arrays, "feature_names", where)
    if feature_names and len(feature_names) != X.shape[1]:
        notes += (
            _(
                "{names} feature names for {features} features: left out",
                names=len(feature_names),
                features=X.shape[1],
            ).coded("feature_names_left_out"),
        )
        feature_names = ()
    encoded = encode_target(y, task, f"{where}: y", test_values=y_test, names=target_names)
    columns = 1 if encoded.y.ndim == 1 else encoded.y.shape[1]
    numbers_named = encoded.task == "regression" and len(target_names) == columns
    return Dataset(
        name=name,
        X=X,
        y=encoded.y,
        task=encoded.task,
        X_test=X_test,
        y_test=encoded.y_test,
        feature_names=feature_names,
        class_names=encoded.class_names,
        class_values=encoded.class_values,
        target_names=target_names if numbers_named else (),
        notes=notes + encoded.notes,
    )


def describe_npz(path: Path) -> DatasetInfo | None:
    """Describe an archive from its headers alone; None where it is no dataset."""
    try:
        headers = read_headers(path)
    except DataError:
        return None
    X, y = headers.get("X"), headers.get("y")
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
        features=" × ".join(map(str, X.shape[1:])) or "1",
        classes=named if task == "classification" else None,
        where="data home",
    )


def read_headers(path: Path) -> dict[str, ArrayHeader]:
    """Read what an archive holds without decompressing more than each array's first bytes.

    Raises
    ------
    DataError
        No archive, a damaged one, pickled objects inside, or more than `SIZE_LIMIT` bytes.
    """
    require_readable(path, SIZE_LIMIT)
    with _damage_told(path), zipfile.ZipFile(path) as archive:
        total = sum(member.file_size for member in archive.infolist())
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
        return {
            member.filename.removesuffix(".npy"): _read_header(archive, member, path)
            for member in archive.infolist()
            if member.filename.endswith(".npy")
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
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except zipfile.BadZipFile as error:
        raise DataError(
            _(
                "{path} is no NPZ archive, or a truncated one ({error}). Write it again with "
                "numpy.savez, or fetch it again.",
                path=path,
                error=error,
            )
        ) from error
    # What zipfile, zlib and NumPy raise on damaged, encrypted or foreign members.
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error, MemoryError) as error:
        raise DataError(
            _(
                "{path} is damaged: {error}. Write it again with numpy.savez, or fetch it again.",
                path=path,
                error=error,
            )
        ) from error


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
    promised = dtype.itemsize
    for length in shape:
        promised *= length
    if promised > member.file_size or min(shape, default=0) < 0:
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
    with _damage_told(path), np.load(path, allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in _KEYS if key in headers}
    if arrays:
        return arrays
    raise DataError(_missing(path, "X", list(headers)))


def _missing(path: Path, key: str, found: list[str] | None = None) -> Message:
    inside = listed(read_headers(path) if found is None else found) or _("nothing")
    return _(
        "{path} holds no {key} (it holds {inside}). A dataset file needs X, the "
        "examples, and y, their targets.",
        path=path,
        key=key,
        inside=inside,
    )


def _pair(
    arrays: Mapping[str, NDArray[Any]], examples: str, targets: str, where: str
) -> tuple[NDArray[Any], NDArray[Any]]:
    for key in (examples, targets):
        if key not in arrays:
            raise DataError(
                _(
                    "{where} has {examples} or {targets} without the other: no {key}.",
                    where=where,
                    examples=examples,
                    targets=targets,
                    key=key,
                )
            )
    X, y = _examples(arrays[examples], examples, where), arrays[targets]
    if y.ndim == 0 or len(y) != len(X):
        raise DataError(
            _(
                "{where}: {examples} has {rows} rows but {targets} has shape {shape}: every "
                "example needs its target.",
                where=where,
                examples=examples,
                rows=len(X),
                targets=targets,
                shape=y.shape,
            )
        )
    if y.dtype.kind not in "biufU":
        raise DataError(
            _(
                "{where}: {targets} is of type {dtype}; use numbers or text.",
                where=where,
                targets=targets,
                dtype=y.dtype,
            )
        )
    require_finite(y, targets, where)
    return X, y


def _examples(X: NDArray[Any], key: str, where: str) -> NDArray[Any]:
    if X.dtype.kind in "US":
        raise DataError(
            _(
                "{where}: {key} holds text where numbers belong ({dtype}). Encode text as "
                "numbers, or give the data as a CSV or Parquet table, whose categories are "
                "encoded.",
                where=where,
                key=key,
                dtype=X.dtype,
            )
        )
    if X.dtype.kind not in "biuf":
        raise DataError(
            _(
                "{where}: {key} is of type {dtype}; use integers or floats.",
                where=where,
                key=key,
                dtype=X.dtype,
            )
        )
    if X.size == 0 or X.ndim == 0:
        raise DataError(
            _(
                "{where}: {key} has shape {shape}: there is nothing to learn from.",
                where=where,
                key=key,
                shape=X.shape,
            )
        )
    require_finite(X, key, where)
    return X[:, None] if X.ndim == 1 else X


def _names(arrays: Mapping[str, NDArray[Any]], key: str, where: str) -> tuple[str, ...]:
    names = arrays.get(key)
    if names is None:
        return ()
    if names.ndim != 1 or names.dtype.kind not in "Uiu":
        raise DataError(
            _(
                "{where}: {key} is of type {dtype} and shape {shape}; it must be one row of text.",
                where=where,
                key=key,
                dtype=names.dtype,
                shape=names.shape,
            )
        )
    return tuple(str(name) for name in names.tolist())


def _one_target(
    y: NDArray[Any],
    y_test: NDArray[Any] | None,
    names: tuple[str, ...],
    target: str,
    where: str,
) -> tuple[NDArray[Any], NDArray[Any] | None, tuple[str, ...]]:
    if y.ndim != 2 or len(names) != y.shape[1]:
        raise DataError(
            _(
                "{where}: target {target!r} names a column of a table, but this file says "
                "itself what to learn, in y. Leave the target out.",
                where=where,
                target=target,
            )
        )
    if target not in names:
        raise UnknownNameError(_("target"), target, names, where=where)
    column = names.index(target)
    return y[:, column], None if y_test is None else y_test[:, column], (target,)
