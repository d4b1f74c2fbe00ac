"""Where datasets lie on disk: the data home, and the kinds of files that hold a dataset.

The data home is a folder of files called `<name>.npz`, `<name>.csv`, `<name>.csv.gz`,
`<name>.parquet` and so on; downloads are stored there too.
"""

import os
import platform
from pathlib import Path

from axone.errors import DataError
from axone.messages import Message, _, listed

TEXT_TABLES = (".csv", ".tsv", ".tab", ".psv", ".txt", ".dat", ".data")
"""Endings of tables of text, whatever separates their cells."""

TEXT_RECORDS = (".json", ".jsonl", ".ndjson", ".arff", ".ts")
"""Endings of texts that say more about their cells."""

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
"""Endings of spreadsheets. Of `.xls` only texts under that name are read, as many programs write
them."""

ARROW_TABLES = (".parquet", ".feather", ".arrow")

DATABASES = (".sqlite", ".sqlite3", ".db", ".duckdb")

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst", ".zip")
"""What may follow the ending of a text; `.zip` may stand alone too."""

KINDS = (".npz", *TEXT_TABLES, *TEXT_RECORDS, *ARROW_TABLES, *SPREADSHEETS, *DATABASES)
"""The endings of the files that can be read, uncompressed."""

SUFFIXES = (
    ".npz",
    *(
        kind + compression
        for kind in (*TEXT_TABLES, *TEXT_RECORDS)
        for compression in ("", *COMPRESSIONS)
    ),
    *ARROW_TABLES,
    *SPREADSHEETS,
    *DATABASES,
    ".zip",
)
"""The endings of the files that can be read, in the order in which a bare name is tried."""

_OF_ANY_CONTENT = (".txt", ".dat", ".data", ".json", ".db", ".zip", ".ts")
"""Endings that say little: such a file is read when it is asked for, but is listed nowhere."""

_LONGEST_FIRST = sorted(SUFFIXES, key=len, reverse=True)


def data_home() -> Path:
    r"""Return the folder of datasets: `$AXONE_DATA`, or the user's cache folder.

    The cache folder is the platform's: `~/Library/Caches/axone`, `%LOCALAPPDATA%\axone\Cache`,
    and elsewhere `$XDG_CACHE_HOME/axone`, by default `~/.cache/axone`. It need not exist.
    """
    given = os.environ.get("AXONE_DATA")
    if given:
        return Path(given).expanduser()
    system = platform.system()
    if system == "Darwin":
        return Path.home() / "Library" / "Caches" / "axone"
    if system == "Windows":
        local = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
        return Path(local) / "axone" / "Cache"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "axone"


def suffix_of(path: str | Path) -> str:
    """Return which of `SUFFIXES` a file's name ends in, in lower case; empty for none."""
    name = Path(path).name.lower()
    return next((suffix for suffix in _LONGEST_FIRST if name.endswith(suffix)), "")


def kind_of(path: str | Path) -> str:
    """Return which of `KINDS` a file is by its name: ``".csv"`` for ``adult.csv.gz``."""
    suffix = suffix_of(path)
    return next((kind for kind in KINDS if suffix.removesuffix(compression_of(path)) == kind), "")


def compression_of(path: str | Path) -> str:
    """Return which of `COMPRESSIONS` a file's ending says: ``".gz"`` for ``adult.csv.gz``."""
    suffix = suffix_of(path)
    return next((packed for packed in COMPRESSIONS if suffix.endswith(packed)), "")


def known_endings() -> Message:
    """Say in which endings the names of files may end."""
    return _(
        "{kinds}; a text may be compressed ({compressions})",
        kinds=listed(KINDS),
        compressions=listed(COMPRESSIONS),
    )


def stem_of(path: str | Path) -> str:
    """Return a file's name without its ending: ``"adult"`` for ``adult.csv.gz``."""
    name = Path(path).name
    return name[: len(name) - len(suffix_of(path))]


def find_at_home(name: str) -> Path | None:
    """Return the file of that name in the data home, if there is one."""
    candidates = (data_home() / f"{name}{suffix}" for suffix in SUFFIXES)
    return next((path for path in candidates if path.is_file()), None)


def files_at_home() -> list[Path]:
    """Return the dataset files of the data home, one for each name, sorted by name."""
    home = data_home()
    if not home.is_dir():
        return []
    names = {stem_of(path) for path in home.iterdir() if path.is_file() and _is_listed(path)}
    found = (find_at_home(name) for name in sorted(names))
    return [path for path in found if path is not None]


def _is_listed(path: Path) -> bool:
    return bool(suffix_of(path)) and (kind_of(path) or suffix_of(path)) not in _OF_ANY_CONTENT


def require_readable(path: Path, limit: int) -> None:
    """Refuse what is no file, is empty or is above a size limit, before anything is read.

    Raises
    ------
    DataError
        With the file's name and what is wrong with it.
    """
    if path.is_dir():
        raise DataError(
            _(
                "{path} is a folder; give a file that ends in {endings}.",
                path=path,
                endings=known_endings(),
            )
        )
    try:
        size = path.stat().st_size
    except (OSError, ValueError) as error:  # of a name with a zero byte
        reason = getattr(error, "strerror", None) or error
        raise DataError(_("{path} cannot be read: {reason}.", path=path, reason=reason)) from error
    if size == 0:
        raise DataError(_("{path} is empty (0 bytes). Write the file again.", path=path))
    if size > limit:
        raise DataError(
            _(
                "{path} is {size:.1f} GiB, above the limit of {limit:.1f} GiB. Use part of "
                "its rows.",
                path=path,
                size=size / 2**30,
                limit=limit / 2**30,
            )
        )
