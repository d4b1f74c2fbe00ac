"""Whether the first row of a table names its columns or is a row of data already.

Decided from what the first row holds against what stands below it, for both mistakes are silent: a
row of data lost as names, or names learnt from as data.
"""

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise

_WHOLE = re.compile(r"[+-]?\d+")
_YEAR = re.compile(r"(1[89]|20)\d\d")
_NUMBER = re.compile(
    r"[(+\-−]?\s*[€$£¥]?\s*(\d[\d.,'’\s]*|[.,]\d+)([eE][+-]?\d+)?\s*[%€$£¥)]*", re.ASCII
)
_DATE = re.compile(
    r"\d{1,4}([-/.])\d{1,2}(\1\d{1,4})?([T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?"
    r"|\d{1,2}:\d{2}(:\d{2})?"
)
_MISSING = frozenset({"", "?", "-", ".", "na", "n/a", "nan", "null", "none", "nil", "#n/a"})


class _Kind(Enum):
    MISSING = auto()
    WHOLE = auto()
    NUMBER = auto()
    DATE = auto()
    TRUTH = auto()
    TEXT = auto()


_VALUES = (_Kind.WHOLE, _Kind.NUMBER, _Kind.DATE, _Kind.TRUTH)


def is_header(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row of a table names its columns.

    Parameters
    ----------
    first : sequence of str
        Its cells, trimmed.
    below : sequence of sequence of str
        Some rows below it.

    Notes
    -----
    - Only text in the first row: names, for nearly every file has them; unless every cell of it
      stands in its own column again, as in a table of a few categories without names.
    - Numbers, dates or empty cells in it: data, unless text stands above numbers or dates in some
      column (``id`` above 1, 2, 3; ``1/22/20`` above counts) and the numbers of the first row rise
      or are fewer than such columns; or they are years that rise (``country,1990,1995,2000``) above
      none; or they count up from 0, as the names do that pandas gives to a matrix, or from 1 above
      decimal fractions, and no row below counts up.
    - One empty cell before names is the column of row numbers that pandas writes without a name; a
      mark of missing values such as ``?`` is no name.
    """
    kinds = [_kind_of(cell) for cell in first]
    texts = kinds.count(_Kind.TEXT)
    if texts == len(first):
        return not _is_repeated_below(first, below)
    if not below:
        return texts > len(first) / 2
    above_values = _columns_of_names(kinds, below)
    if all(kind in (_Kind.TEXT, _Kind.MISSING) for kind in kinds):
        without = [cell for cell, kind in zip(first, kinds, strict=True) if kind is _Kind.MISSING]
        return not any(without) and (
            above_values > 0 or (texts > len(without) and not _is_repeated_below(first, below))
        )
    if above_values:
        numbers = [cell for cell, kind in zip(first, kinds, strict=True) if kind in _VALUES]
        return above_values > len(numbers) or _rise(numbers) or _are_dates_above(kinds, below)
    return _are_years_above(first, kinds, below) or _are_positions_above(first, below)


def has_contrast(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell whether some column has text above nothing but numbers or dates."""
    return _columns_of_names([_kind_of(cell) for cell in first], below) > 0


def titles_above(rows: Sequence[Sequence[str]]) -> int:
    """Count the rows of one cell, as titles are, that stand above a header.

    Parameters
    ----------
    rows : sequence of sequence of str
        Without rows whose cells are all empty; of one length, as a spreadsheet fills them up.
    """
    filled = [sum(map(bool, row)) for row in rows]
    count = next((place for place, cells in enumerate(filled) if cells > 1), 0)
    if not count or not all(row[0] for row in rows[:count]):
        return 0
    first, below = rows[count], rows[count + 1 :]
    # In two columns a title looks like the header of a column with a name and one without.
    apart = len(first) > 2 or has_contrast(first, below)
    return count if all(first) and apart and is_header(first, below) else 0


def _columns_of_names(kinds: Sequence[_Kind], below: Sequence[Sequence[str]]) -> int:
    """Count the columns whose first cell is of another kind than all others, as names are."""
    count = 0
    for place, kind in enumerate(kinds):
        if kind not in (_Kind.TEXT, _Kind.DATE):
            continue
        column = {_kind_of(row[place]) for row in below if place < len(row)} - {_Kind.MISSING}
        others = {_Kind.WHOLE, _Kind.NUMBER} if kind is _Kind.DATE else set(_VALUES)
        count += bool(column) and column <= others
    return count


def _is_repeated_below(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    # Rows like the first are left out: some programs write the names again and again.
    rows = [row for row in below if tuple(row) != tuple(first)]
    if len(first) == 1:
        cells = [cell for row in below for cell in row]
        return first[0] in cells and len(set(cells)) < len(cells)
    return bool(rows) and all(
        any(place < len(row) and row[place] == cell for row in rows)
        for place, cell in enumerate(first)
        if cell
    )


def _rise(cells: Sequence[str]) -> bool:
    if not all(_WHOLE.fullmatch(cell) and cell[0] not in "+-" for cell in cells):
        return False
    numbers = [int(cell) for cell in cells if len(cell) < 20]
    return len(numbers) == len(cells) and all(low < high for low, high in pairwise(numbers))


def _are_dates_above(kinds: Sequence[_Kind], below: Sequence[Sequence[str]]) -> bool:
    dates = [_Kind.DATE if kind is _Kind.DATE else _Kind.MISSING for kind in kinds]
    others = (_Kind.WHOLE, _Kind.NUMBER, _Kind.TRUTH)
    return (
        _Kind.DATE in kinds
        and not any(kind in others for kind in kinds)
        and (_columns_of_names(dates, below) == kinds.count(_Kind.DATE))
    )


def _are_years_above(
    first: Sequence[str], kinds: Sequence[_Kind], below: Sequence[Sequence[str]]
) -> bool:
    places = [place for place, kind in enumerate(kinds) if kind in _VALUES]
    years = [first[place] for place in places]
    rows = [[row[place] for place in places if place < len(row)] for row in below]
    return (
        len(years) > 1
        and all(_YEAR.fullmatch(cell) for cell in years)
        and _rise(years)
        and not any(_YEAR.fullmatch(cell) for row in rows for cell in row)
    )


def _are_positions_above(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    if len(first) < 3 or not _count_up(first) or any(_count_up(row) for row in below):
        return False
    fractions = any(_kind_of(cell) is _Kind.NUMBER for row in below for cell in row)
    return first[0] == "0" or (first[0] == "1" and fractions)


def _count_up(cells: Sequence[str]) -> bool:
    """Tell whether cells are whole numbers, each by one more than the one before."""
    if not all(_WHOLE.fullmatch(cell) and len(cell) < 20 for cell in cells):
        return False
    return [int(cell) for cell in cells] == list(range(int(cells[0]), int(cells[0]) + len(cells)))


def _kind_of(cell: str) -> _Kind:
    if cell.lower() in _MISSING:
        return _Kind.MISSING
    if cell.lower() in ("true", "false"):
        return _Kind.TRUTH
    if not (cell[0].isdecimal() or cell[0] in "+-−(.,€$£¥"):
        return _Kind.TEXT
    if _WHOLE.fullmatch(cell):
        return _Kind.WHOLE
    if _NUMBER.fullmatch(cell):
        return _Kind.NUMBER
    return _Kind.DATE if _DATE.fullmatch(cell) else _Kind.TEXT
