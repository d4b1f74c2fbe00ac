"""How a text is divided into rows and cells: separators, quotes, and where each row stands."""

import contextlib
import csv
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass

SEPARATORS = ("\t", ";", "|", ",")
"""The order in which they are tried: a comma may well stand within the cells of a table that
semicolons separate, and decimal commas do, hardly the other way round."""

BLANKS = " "
"""Stands for any number of blanks between cells."""

_NOWHERE = "\x1f"
"""A separator that no text holds: the whole line is one cell."""


_LIMIT = threading.RLock()


@contextlib.contextmanager
def cells_of_any_length() -> Iterator[None]:
    """Let rows be divided within this block that Python's reader finds too long.

    Its limit of 131,072 characters is one for the whole process, and a wide table has longer lines,
    which the wrong separator does not divide. What is read is bounded as a whole.
    """
    with _LIMIT:
        before = csv.field_size_limit(2**31 - 1)
        try:
            yield
        finally:
            csv.field_size_limit(before)


@dataclass(frozen=True)
class Dialect:
    """What separates cells, and what encloses those that hold separators themselves.

    Parameters
    ----------
    separator : str
        Empty where there is one column.
    quote : str, default '"'
        Written twice within a cell that it encloses.
    escape : str, optional
        What stands before a quote within a cell, where quotes are not doubled.
    """

    separator: str
    quote: str = '"'
    escape: str = ""

    @property
    def delimiter(self) -> str:
        """The separator, or what no text holds where there is one column."""
        return self.separator or _NOWHERE

    def rows(self, lines: Iterator[str]) -> Iterator[list[str]]:
        """Divide lines, each with its line end, into rows of cells; no cell of a blank line."""
        return csv.reader(
            _with_single_ends(lines) if self.separator == BLANKS else lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape or None,
            skipinitialspace=True,
        )


@dataclass(frozen=True)
class Record:
    """A row of a text table and where it stands.

    Parameters
    ----------
    cells : tuple of str
        Trimmed.
    line : int
        The line in which it begins, counted from 1.
    start, end : int
        Its characters in the text, with its line end.
    """

    cells: tuple[str, ...]
    line: int
    start: int
    end: int

    @property
    def is_blank(self) -> bool:
        """Whether all of its cells are empty."""
        return not any(self.cells)

    @property
    def filled(self) -> int:
        """How many cells are not empty."""
        return sum(map(bool, self.cells))

    @property
    def trimmed_length(self) -> int:
        """How many cells there are without the empty ones at its end."""
        length = len(self.cells)
        while length and not self.cells[length - 1]:
            length -= 1
        return length

    def fits(self, length: int) -> bool:
        """Tell whether it has so many cells, but for empty ones at its end."""
        return len(self.cells) >= length and not any(self.cells[length:])


def records(text: str, dialect: Dialect, start: int = 0, line: int = 1) -> Iterator[Record]:
    """Divide a text into rows with their places, from a position and its line on."""
    taken = _Taken(text, start)
    before, lines_before = start, 0
    for cells in dialect.rows(taken):
        stripped = tuple([cell.strip() for cell in cells])
        yield Record(stripped, line + lines_before, before, taken.position)
        before, lines_before = taken.position, taken.lines


class _Taken:
    """The lines of a text, and how far they have been taken."""

    def __init__(self, text: str, start: int) -> None:
        # Untranslated, so that the reader itself tells line ends from quoted ones.
        self._file = io.StringIO(text, newline="")
        self._file.seek(start)
        self.position, self.lines = start, 0

    def __iter__(self) -> "_Taken":
        return self

    def __next__(self) -> str:
        line = next(self._file)
        self.position += len(line)
        self.lines += 1
        return line


def _with_single_ends(lines: Iterator[str]) -> Iterator[str]:
    return (line.replace("\t", " ").strip() + "\n" for line in lines)
