"""Writing files so that a crash leaves either the old one or the new one, never half of it."""

import contextlib
import os
import tempfile
from pathlib import Path

from axone.errors import DataError


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
        raise DataError(f"Cannot write {path}: {error.strerror or error}.") from error
