"""Files of arrays with a checksum, read with bounded trust; any file written whole or not at all.

Models and checkpoints are safetensors: arrays, and words about them as metadata. Nothing in them is
ever executed.
"""

import contextlib
import hashlib
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from axone.bounds import MODEL_BYTES
from axone.errors import AxoneError, DataError, ModelFileError
from axone.messages import _

_ENTRY = "axone"
"""The single entry of a file's metadata: the checksum, and all else that is said of the arrays."""

_TYPES = ("F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL")
"""What safetensors calls the types that NumPy has too."""

_LEFTOVER = re.compile(r"\..+\.(\d+)-[^.]+\.tmp")
"""What `write_atomically` calls a file that is not whole yet, with the process that writes it."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside `path`, force it to disk, then rename over it.

    Raises
    ------
    DataError
        The folder is missing or cannot be written to.
    """
    with written_whole(path) as file, told_of_writing(path):
        file.write(content)


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file beside `path` to write to; after the block it has that name, or is gone.

    Raises
    ------
    DataError
        The folder is missing or cannot be written to.
    """
    temporary = ""
    try:
        with told_of_writing(path):
            handle, temporary = tempfile.mkstemp(
                dir=path.parent, prefix=f".{path.name}.{os.getpid()}-", suffix=".tmp"
            )
        with os.fdopen(handle, "wb") as file:
            yield file
            with told_of_writing(path):
                file.flush()
                os.fsync(file.fileno())
        with told_of_writing(path):
            umask = os.umask(0)
            os.umask(umask)
            Path(temporary).chmod(0o666 & ~umask)
            Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


@contextlib.contextmanager
def told_of_writing(path: Path) -> Iterator[None]:
    """Turn what the system has against writing a file into a `DataError` that names it."""
    try:
        yield
    except OSError as error:
        raise DataError(
            _("Cannot write {path}: {reason}.", path=path, reason=error.strerror or error)
        ) from error


@contextlib.contextmanager
def told_of_damage(tell: Callable[[Exception], AxoneError]) -> Iterator[None]:
    """Turn whatever a parser of files raises into one of Axone's errors.

    Parsers are written for good files: of damaged ones they raise what they come upon, from
    `struct.error` to `AttributeError`, and no list of it is ever complete.

    Parameters
    ----------
    tell : callable
        Makes the error, which names the file, of what was raised.
    """
    try:
        yield
    except AxoneError:
        raise
    except Exception as error:
        raise tell(error) from error


def reason_of(error: Exception) -> str:
    """Return what an error says for a message that names the file: without it, and no full stop."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.rstrip(". ") or type(error).__name__


def read_bounded(path: Path, most: int) -> bytes | None:
    """Return what a file holds; None if that is more than `most` bytes.

    Not by its size as the system says it: pipes and devices have none.
    """
    with path.open("rb") as file:
        content = file.read(most + 1)
    return None if len(content) > most else content


def require_folder(path: Path) -> None:
    """Refuse a path whose folder is missing.

    Raises
    ------
    DataError
        There is no such folder.
    """
    if not path.parent.is_dir():
        raise DataError(
            _(
                "Cannot write {path}: No such file or directory: {folder}.",
                path=path,
                folder=path.parent,
            )
        )


def write_tensors(
    path: Path, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]
) -> None:
    """Write arrays and words about them as a safetensors file that knows when it is damaged.

    Parameters
    ----------
    path : Path
        An older file is replaced only when the new one is complete.
    tensors : mapping of str to ndarray
    metadata : mapping of str to str
        Kept as one entry of the file, for safetensors writes several in an order that changes
        from process to process; a checksum over it and the arrays stands beside it.

    Raises
    ------
    DataError
        The folder is missing or cannot be written to.
    """
    from safetensors.numpy import save

    arrays = {name: np.asarray(array, order="C") for name, array in tensors.items()}
    words = dict(sorted(metadata.items()))
    entry = {"checksum": checksum(arrays, words), "metadata": words}
    write_atomically(path, save(arrays, {_ENTRY: json.dumps(entry)}))


def remove_leftovers(folder: Path) -> None:
    """Remove the unfinished files of processes of this machine that were killed while writing."""
    for path in folder.iterdir():
        found = _LEFTOVER.fullmatch(path.name)
        if found and not _is_alive(int(found[1])):
            with contextlib.suppress(OSError):
                path.unlink()


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return True  # where a signal 0 is no question, what is there stays
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def json_text(data: Any, indent: int | None = 2) -> str:
    """Write data as JSON has it: a number that is not finite, for which it has no word, is null."""
    return json.dumps(without_infinities(data), indent=indent, ensure_ascii=False, allow_nan=False)


def without_infinities(data: Any) -> Any:
    """Return plain data with None in place of every number that is not finite."""
    if isinstance(data, Mapping):
        return {key: without_infinities(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [without_infinities(value) for value in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def read_tensors(path: Path, kind: str) -> tuple[dict[str, str], dict[str, NDArray[Any]]]:
    """Return the metadata and the arrays of a safetensors file.

    Parameters
    ----------
    path : Path
    kind : str
        What it should be, for messages: ``"model"``.

    Raises
    ------
    ModelFileError
        Missing, too large, no safetensors file, or not what its checksum says was written. A file
        without a checksum, as they were written before there were any, is read as it is.
    """
    from safetensors import safe_open

    def unreadable(error: Exception) -> ModelFileError:
        return ModelFileError(
            _(
                "{path} is not a {kind} that can be read: {error}.",
                path=path,
                kind=kind,
                error=reason_of(error),
            )
        )

    with told_of_damage(unreadable):
        if path.stat().st_size > MODEL_BYTES:
            raise ModelFileError(
                _(
                    "{path} is larger than {limit} GiB: not read.",
                    path=path,
                    limit=MODEL_BYTES >> 30,
                )
            )
        with safe_open(path, framework="numpy") as file:
            metadata: dict[str, str] = file.metadata() or {}
            names = list(file.keys())
            for name in names:
                # NumPy has no word for some of safetensors' types: BF16, those of 8 bits.
                kept = file.get_slice(name).get_dtype()
                if kept not in _TYPES:
                    raise ModelFileError(
                        _(
                            "{path} is not a {kind} that can be read: {name!r} is of the type "
                            "{found}, for which NumPy has none. Save it in float32 or float64.",
                            path=path,
                            kind=kind,
                            name=name,
                            found=kept,
                        )
                    )
            arrays = {name: file.get_tensor(name) for name in names}
    if _ENTRY not in metadata:
        return metadata, arrays
    return _verified(path, kind, metadata[_ENTRY], arrays), arrays


def checksum(arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> str:
    """Return 32 hexadecimal digits that change with any bit of arrays, names, shapes and words.

    BLAKE2b (RFC 7693): against damage on the way, not against someone who means to deceive, who can
    compute it as well.
    """
    digest = hashlib.blake2b(digest_size=16)
    described = [[name, str(a.dtype), a.shape] for name, a in sorted(arrays.items())]
    # As text of fixed form, whose lengths keep one part from passing for another.
    digest.update(json.dumps([described, sorted(metadata.items())]).encode())
    for name in sorted(arrays):
        digest.update(np.ascontiguousarray(arrays[name]).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _verified(
    path: Path, kind: str, entry: str, arrays: Mapping[str, NDArray[Any]]
) -> dict[str, str]:
    """Return the metadata within the entry, if all is as it was written."""
    try:
        found = json.loads(entry)
        written, metadata = found["checksum"], found["metadata"]
        words = {str(name): str(word) for name, word in metadata.items()}
        complete = found.keys() == {"checksum", "metadata"} and words == metadata
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        complete = False
    if not complete or checksum(arrays, words) != written:
        raise ModelFileError(
            _(
                "{path} is a damaged {kind}: its content is not what its checksum says was "
                "written. Fetch it again, take it from a copy, or make it anew.",
                path=path,
                kind=kind,
            )
        )
    return words
