"""A result folder belongs to one run at a time: it is claimed, locked, and swept of leftovers.

The lock is the system's, on a file within the folder: when its process dies, however it dies, the
lock is gone, and the next run takes the folder over.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from axone.errors import ConfigurationError, DataError
from axone.files import remove_leftovers
from axone.messages import _

EXPERIMENT = "experiment.toml"
CHECKPOINT = "checkpoint.safetensors"
MODEL = "model.safetensors"
HISTORY = "history.csv"
METRICS = "metrics.json"
MESSAGES = "messages.json"
DIAGNOSIS = "diagnosis.json"
REPORT = "classification_report"
INTERVALS = "intervals.json"
PAGE = "report.html"
DRAWING_LOG = "drawing.log"
"""Why the second process drew nothing, where it failed."""
DARK = "dark"
"""The folder of the same pictures on dark ground."""
COLUMNS = "columns"
LOCK = ".lock"


def refuse_occupied(folder: Path, *, can_resume: bool = True) -> None:
    """Refuse a folder that holds something else, so that no result is ever written over.

    Raises
    ------
    ConfigurationError
        The folder is not empty, or is a file.
    """
    if folder.is_dir() and any(path.name != LOCK for path in folder.iterdir()):
        raise ConfigurationError(
            _(
                "The folder {folder} is not empty: continue it with --resume, or choose another "
                "--out.",
                folder=folder,
            )
            if can_resume and (folder / EXPERIMENT).exists()
            else _("The folder {folder} is not empty: choose another --out.", folder=folder)
        )
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(
            _("{folder} is a file; results need a folder: choose another --out.", folder=folder)
        )


@contextmanager
def new_folder(parent: Path, name: str) -> Iterator[Path]:
    """Create the first of NAME, NAME-2, NAME-3 … that does not exist, for whoever came first.

    A folder that nothing was put into is taken away again.

    Raises
    ------
    DataError
        No folder can be created there.
    """
    fresh_parent = not parent.exists()
    folder, number = parent / name, 1
    while True:
        try:
            folder.mkdir(parents=True)
            break
        except FileExistsError:
            number += 1
            folder = parent / f"{name}-{number}"
        except OSError as error:
            raise _cannot_create(folder, error) from error
    try:
        yield folder
    finally:
        # A folder that is not empty refuses.
        with suppress(OSError):
            folder.rmdir()
            if fresh_parent:
                parent.rmdir()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder, created if need be, so that no other run writes to it.

    Raises
    ------
    ConfigurationError
        Another run is at work in it.
    DataError
        The folder cannot be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_create(folder, error) from error
    path = folder / LOCK
    handle = _taken(path)
    try:
        remove_leftovers(folder)
        yield
    finally:
        # Before it is let go, lest it be another's by then. Windows removes no open file: there it
        # stays, held by nobody.
        with suppress(OSError):
            path.unlink()
        os.close(handle)


def _cannot_create(folder: Path, error: OSError) -> DataError:
    return DataError(
        _("Cannot create the folder {folder}: {reason}.", folder=folder, reason=error.strerror)
    )


def _taken(path: Path) -> int:
    """Return the handle of the lock file, locked."""
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise DataError(
                _("Cannot write {path}: {reason}.", path=path, reason=error.strerror)
            ) from error
        if not _lock(handle):
            owner = os.read(handle, 100).decode("ascii", "replace").strip()
            os.close(handle)
            raise ConfigurationError(
                _(
                    "Another run is at work in the folder {folder} (process {process}): wait for "
                    "it, or choose another --out.",
                    folder=path.parent,
                    process=owner,
                )
                if owner
                else _(
                    "Another run is at work in the folder {folder}: wait for it, or choose "
                    "another --out.",
                    folder=path.parent,
                )
            )
        # Whoever had it may have removed the file between its opening and its locking here.
        with suppress(OSError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                os.ftruncate(handle, 0)
                os.write(handle, str(os.getpid()).encode())
                return handle
        os.close(handle)


def _lock(handle: int) -> bool:
    """Lock an open file unless another has; where the file system has no locks, all may."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True
