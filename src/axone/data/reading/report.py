"""What was read, in words: a report on each column of a table, for people and as plain data."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from axone.data.reading.moments import DateFormat
from axone.data.reading.numerals import Numerals
from axone.messages import Listed, Message, _

_LONGEST = 32
"""Signs of a cell that are shown."""


@dataclass(frozen=True)
class CellAt:
    """A cell and where it stands.

    Attributes
    ----------
    row : int
        Counted from 1.
    text : str
        As it is written.
    """

    row: int
    text: str

    @property
    def message(self) -> Message:
        """The cell and its row, for a message."""
        return _("{text!r} in row {row:,}", text=shortened(self.text), row=self.row)

    def __str__(self) -> str:
        return str(self.message)

    def to_data(self) -> dict[str, Any]:
        """Return the cell as JSON holds it."""
        return {"row": self.row, "text": self.text}


@dataclass(frozen=True)
class ColumnReport:
    """How one column was read.

    Attributes
    ----------
    name : str
    role : {"feature", "target", "left out", "open"}
    kind : str
        What it becomes: number, boolean, category, ordinal, date; or why it is left out.
    how : Message
        How its cells are written.
    rows, missing, distinct : int
    marks : mapping of str to int
        In how many rows which mark stands for a missing cell.
    decided_by : CellAt or None
        The cell that ruled another reading out, or showed this one.
    unreadable : int
        Cells of another kind, which count as missing.
    unreadable_first : tuple of CellAt
        The first of them.
    examples : tuple of str
    span : tuple of (lowest, highest), or ()
        Of numbers and dates, as text.
    notes : tuple of Message
        What looks odd.
    option : str
        What would read it otherwise.
    """

    name: str
    role: str
    kind: str
    how: Message
    rows: int
    missing: int
    distinct: int
    marks: Mapping[str, int]
    decided_by: CellAt | None
    unreadable: int
    unreadable_first: tuple[CellAt, ...]
    examples: tuple[str, ...]
    span: tuple[str, ...]
    notes: tuple[Message, ...]
    option: str

    def to_data(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        return {
            "name": self.name,
            "role": self.role,
            "kind": self.kind,
            "how": self.how.english,
            "rows": self.rows,
            "missing": self.missing,
            "marks": dict(self.marks),
            "distinct": self.distinct,
            "decided_by": None if self.decided_by is None else self.decided_by.to_data(),
            "unreadable": self.unreadable,
            "unreadable_first": [cell.to_data() for cell in self.unreadable_first],
            "examples": list(self.examples),
            "span": list(self.span),
            "notes": [note.english for note in self.notes],
            "option": self.option,
        }


def shortened(text: str) -> str:
    """Return a cell for a message, which no cell may fill."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def numerals_in_words(numerals: Numerals) -> Message:
    """Say how numbers are written."""
    return _("{parts}", parts=Listed(_parts(numerals), ", "))


def _parts(numerals: Numerals) -> list[Message]:
    decimal = {"": None, ".": _("decimal point"), ",": _("decimal comma")}[numerals.decimal]
    grouping = {
        ".": _("points between thousands"),
        ",": _("commas between thousands"),
        " ": _("spaces between thousands"),
        "'": _("apostrophes between thousands"),
        "_": _("underscores between thousands"),
    }.get(numerals.grouping)
    unit = _("in {unit}", unit=numerals.unit) if numerals.unit else None
    parts = [part for part in (decimal, grouping, unit) if part is not None]
    return parts or [_("whole numbers")]


def dates_in_words(written: DateFormat, precision: str) -> Message:
    """Say how dates are written."""
    what = {
        "clock": _("times of day"),
        "month": _("months"),
        "moment": _("dates with times"),
    }.get(precision, _("dates"))
    if written.compact:
        return _("{what}, in digits alone", what=what)
    order = {
        "day-first": _("day before month"),
        "month-first": _("month before day"),
        "year-first": _("year before month"),
    }.get(written.order)
    return what if order is None else _("{what}, {order}", what=what, order=order)


def options_of(name: str, choice: str) -> str:
    """Return the option of the command line that makes a choice for a column."""
    word = f"{name}={choice}"
    if _PLAIN.fullmatch(word):
        return f"--types {word}"
    # Double quotes serve every shell, but for what they leave a meaning.
    return f"--types {shlex.quote(word)}" if set(word) & set('"$`!\\') else f'--types "{word}"'


_PLAIN = re.compile(r"[\w=.,:+@%/-]+")
