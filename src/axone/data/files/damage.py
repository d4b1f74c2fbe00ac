"""Whatever a parser of files raises, turned into a `DataError` that names the file."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

from axone.errors import AxoneError, DataError
from axone.messages import Message, _


@contextlib.contextmanager
def told_of_reading(path: str | Path, kind: str) -> Iterator[None]:
    """Read within this block: what goes wrong there is said of the file.

    Parsers of formats raise what they like on damaged files, down to `AssertionError`,
    `RecursionError`, `MemoryError` and panics of compiled code, which are no `Exception`; and they
    warn. None of it may reach a user as it is.

    Parameters
    ----------
    path : str or Path
    kind : str
        What the file should be: ``"Parquet file"``.

    Raises
    ------
    DataError
        In place of everything else but Axone's own errors, Ctrl-C and the end of the process.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (AxoneError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except ModuleNotFoundError:
        raise  # of a library that is not installed: the caller says which to install
    except MemoryError as error:
        raise DataError(
            _("{path} needs more memory than there is. Use part of its rows.", path=path)
        ) from error
    except BaseException as error:  # a panic of compiled code is no Exception
        raise DataError(
            _(
                "{path} is no {kind} that can be read, or is damaged: {error}. Write the file "
                "again, or fetch it again.",
                path=path,
                kind=kind,
                error=reason_of(error),
            )
        ) from error


def reason_of(error: BaseException) -> Message:
    """Return what an error of another library says, on one line and without its last full stop.

    It may hold bytes of the file, which must not steer a terminal.
    """
    words = " ".join(str(error).split())[:300].rstrip(".")
    said = "".join(letter if letter.isprintable() else "?" for letter in words)
    return Message(said or type(error).__name__)
