"""Files of arrays read with bounded trust, and any file written whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from axone.arrays import FloatArray
from axone.errors import DataError, ModelFileError
from axone.messages import _

_MAX_BYTES = 16 * 2**30


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside `path`, force it to disk, then rename over it.

    Raises
    ------
    DataError
        The folder is missing or cannot be written to.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
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
        raise DataError(
            _("Cannot write {path}: {reason}.", path=path, reason=error.strerror or error)
        ) from error


def require_folder(path: Path) -> None:
    """Refuse a path whose folder is missing.

    Raises
    ------
    DataError
        There is no such folder.
    """
    if not path.parent.is_dir():
        raise DataError(f"Cannot write {path}: No such file or directory: {path.parent}.")


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
            raise ModelFileError(
                _("{path} is larger than {limit} GiB: not read.", path=path, limit=_MAX_BYTES >> 30)
            )
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return file.metadata() or {}, arrays
    except (OSError, SafetensorError) as error:
        raise ModelFileError(
            _("{path} is not a {kind} that can be read: {error}", path=path, kind=kind, error=error)
        ) from error
