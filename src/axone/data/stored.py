"""Rows kept in a folder, an NPY file an array: written chunk after chunk, read as memory maps.

So a table larger than memory is trained on: in any order, as fast as the disk or what the system
keeps of it in memory, and to the same bits as rows in memory.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from axone.data.examples import Examples
from axone.errors import DataError
from axone.files import told_of_damage, told_of_writing, written_whole
from axone.messages import _

_NAMES = ("X", "target", "weight", "mask")
"""The arrays of `Examples`; each is in `<name>.npy`, if it is there."""


def store_examples(chunks: Iterable[Examples], folder: Path) -> Examples:
    """Write chunks of rows one behind the other and return them all, as memory maps.

    Parameters
    ----------
    chunks : iterable of Examples
        Only the one in hand is in memory.
    folder : Path
        Made if it is not there; it must not hold such rows already.

    Raises
    ------
    DataError
        There is no chunk, they are not alike, or the folder cannot be written to.
    """
    with told_of_writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    if any(_path(folder, name).exists() for name in _NAMES):
        raise DataError(
            _(
                "{folder} holds stored rows already: name another folder, remove that one, or read "
                "it with load_examples.",
                folder=folder,
            )
        )
    with contextlib.ExitStack() as files:
        arrays: dict[str, _ArrayFile] = {}
        for number, chunk in enumerate(chunks, start=1):
            given = {name: getattr(chunk, name) for name in _NAMES}
            present = {name: array for name, array in given.items() if array is not None}
            if number == 1:
                for name, array in present.items():
                    path = _path(folder, name)
                    file = files.enter_context(written_whole(path))
                    arrays[name] = _ArrayFile(path, file, array)
            elif present.keys() != arrays.keys():
                name = sorted(present.keys() ^ arrays.keys())[0]
                raise DataError(
                    _(
                        "Chunk {number} and those before it are not alike: only some have a "
                        "{name}. Give it with every chunk, or with none.",
                        number=number,
                        name=name,
                    )
                )
            for name, array in present.items():
                arrays[name].append(array, number)
        if not arrays:
            raise DataError(_("There are no chunks: nothing was stored."))
        for each in arrays.values():
            each.complete()
    return load_examples(folder)


def load_examples(folder: Path | str) -> Examples:
    """Return the rows that `Trainer.store` left in a folder, as memory maps for `Trainer.fit`.

    Parameters
    ----------
    folder : path

    Raises
    ------
    DataError
        Something is missing, damaged, or not of as many rows as the rest.
    """
    folder = Path(folder)
    arrays = {name: _mapped(_path(folder, name)) for name in _NAMES[:2]}
    for name in _NAMES[2:]:
        path = _path(folder, name)
        arrays[name] = _mapped(path) if path.exists() else None
    rows = len(arrays["X"])
    for name, array in arrays.items():
        if array is not None and len(array) != rows:
            raise DataError(
                _(
                    "{folder}: {rows} rows in X, but {found} in {name}: it was not written as a "
                    "whole.",
                    folder=folder,
                    rows=rows,
                    found=len(array),
                    name=name,
                )
            )
    return Examples(**arrays)


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.npy"


def _mapped(path: Path) -> Any:
    def unreadable(error: Exception) -> DataError:
        reason = getattr(error, "strerror", None) or error
        return DataError(
            _("{path} holds no rows that can be read: {reason}", path=path, reason=reason)
        )

    with told_of_damage(unreadable):
        # A view of the map as a plain array: it is asked for rows more often than for its file.
        array = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    if array.ndim == 0 or array.dtype.kind not in "biuf":
        raise DataError(
            _("{path} holds no rows of numbers, but {dtype}.", path=path, dtype=array.dtype)
        )
    return array


class _ArrayFile:
    """An array on its way into an NPY file, whose first axis grows.

    Parameters
    ----------
    path : Path
        What it will be called, for messages.
    file : binary file
        Empty.
    first : array
        The first rows, which decide type and shape; they are not written yet.
    """

    def __init__(self, path: Path, file: BinaryIO, first: NDArray[Any]) -> None:
        self._path, self._file, self._rows = path, file, 0
        self._dtype, self._shape = first.dtype, first.shape[1:]
        self._write_header()

    def append(self, array: NDArray[Any], number: int) -> None:
        """Write the rows of chunk `number`."""
        if (array.dtype, array.shape[1:]) != (self._dtype, self._shape):
            raise DataError(
                _(
                    "Chunk {number} and those before it are not alike: {name} has rows of shape "
                    "{shape} and {dtype}, before they were {wanted} and {before}.",
                    number=number,
                    name=self._path.stem,
                    shape=array.shape[1:],
                    dtype=array.dtype,
                    wanted=self._shape,
                    before=self._dtype,
                )
            )
        with told_of_writing(self._path):
            np.ascontiguousarray(array).tofile(self._file)
        self._rows += len(array)

    def complete(self) -> None:
        """Say in the header how many rows there are."""
        with told_of_writing(self._path):
            self._file.seek(0)
            self._write_header()

    def _write_header(self) -> None:
        # NumPy leaves room in it for a first axis of any length.
        described = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self._rows, *self._shape),
        }
        with told_of_writing(self._path):
            np.lib.format.write_array_header_1_0(self._file, described)
