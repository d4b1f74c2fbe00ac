"""The names of a table's columns: stripped, none empty, none twice.

One rule for every kind of file, linear in the number of columns.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from axone.data.files.bounds import require_cells
from axone.errors import DataError
from axone.messages import Message, _, _n, listed

ROW_NUMBERS = "Unnamed: 0"
"""What pandas calls the first column that it wrote without a name: the numbers of the rows."""

_AROUND = " \t\r\n\v\f\ufeff\u00a0\u200b\u2007\u202f\u3000"
_SHOWN = 5


@dataclass(frozen=True)
class ColumnNames:
    """Names that are fit for a frame, and what was done to the file's own."""

    names: tuple[str, ...]
    notes: tuple[Message, ...] = ()


def column_names(given: Sequence[object], path: str | Path) -> ColumnNames:
    """Strip names, fill in those that are missing, refuse those that stand twice.

    Parameters
    ----------
    given : sequence
        As they stand in the file; None is a name that is missing.
    path : str or Path
        For messages.

    Raises
    ------
    DataError
        Two columns of one name, with the names; too many columns.
    """
    require_cells(1, len(given), path)
    stripped = ["" if name is None else plain_text(str(name)).strip(_AROUND) for name in given]
    if len(stripped) > 1 and not stripped[0]:
        stripped[0] = ROW_NUMBERS
    made = [place for place, name in enumerate(stripped) if not name]
    names = tuple(name or f"column_{place + 1}" for place, name in enumerate(stripped))
    _require_distinct(names, path)
    return ColumnNames(names, (_note([names[place] for place in made]),) if made else ())


def plain_text(text: str) -> str:
    r"""Return a text that can be written: JSON knows halves of characters (``\ud800``)."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def counted_names(count: int) -> tuple[str, ...]:
    """Return the names of the columns of a table without any: ``column_1`` and so on."""
    return tuple(f"column_{place + 1}" for place in range(count))


def _require_distinct(names: Sequence[str], path: str | Path) -> None:
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise DataError(
            _(
                "{path} has more than one column called {names!r}{more}. Give every column a "
                "name of its own.",
                path=path,
                names=listed(twice[:_SHOWN]),
                more=_(" and {count} more such names", count=len(twice) - _SHOWN)
                if len(twice) > _SHOWN
                else "",
            )
        )


def _note(made: Sequence[str]) -> Message:
    return _n(
        "{count} column without a name is called {names}",
        "{count} columns without a name are called {names}",
        len(made),
        names=listed([*made[:_SHOWN], *(["…"] if len(made) > _SHOWN else [])]),
    ).coded("names_made")
