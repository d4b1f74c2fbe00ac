"""Files of arrays read with bounded trust, and any file written whole or not at all."""

import contextlib
import json
import math
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axone.arrays import FloatArray
from axone.errors import DataError, ModelFileError

_MAX_BYTES = 16 * 2**30

_LEFTOVER = re.compile(r"\..+\.(\d+)-[^.]+\.tmp")
"""What `write_atomically` calls a file that is not whole yet, with the process that writes it."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside `path`, force it to disk, then rename over it.

    Raises
    ------
    DataError
        The folder is missing or cannot be written to.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.{os.getpid()}-", suffix=".tmp"
        )
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise DataError(f"Cannot write {path}: {error.strerror or error}.") from error


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


def read_tensors(path: Path, kind: str) -> tuple[dict[str, str], dict[str, FloatArray]]:
    """Return the metadata and the arrays of a safetensors file.

    Parameters
    ----------
    path : Path
    kind : str
        What it should be, for messages: ``"model"``.

    Raises
    ------
    ModelFileError
        Missing, damaged, too large, or no safetensors file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ModelFileError(f"{path} is larger than {_MAX_BYTES >> 30} GiB: not read.")
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return file.metadata() or {}, arrays
    except (OSError, SafetensorError) as error:
        raise ModelFileError(f"{path} is not a {kind} that can be read: {error}") from error
