"""What is decided about a column, and what may be said of one: plain data."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from axone.data.reading.column import ColumnReading
from axone.data.reading.moments import Order
from axone.data.reading.numerals import DecimalSign
from axone.data.reading.report import CellAt
from axone.messages import Message, _

if TYPE_CHECKING:
    from pandas import Series


ColumnKind: TypeAlias = Literal["number", "boolean", "category", "ordinal", "date", "ignore"]
"""What a column becomes."""

ColumnChoice: TypeAlias = Literal[
    "number", "boolean", "category", "ordinal", "date", "ignore", "text",
    "decimal-point", "decimal-comma", "day-first", "month-first", "year-first",
]  # fmt: skip
"""What can be said of a column: what it becomes, or only how its cells are to be read."""

CHOICES: tuple[str, ...] = get_args(ColumnChoice)

ALMOST = "almost_numbers_as_categories"
"""The code of notes on columns of text that nearly are something else."""

DECIMALS: dict[str, DecimalSign] = {"decimal-point": ".", "decimal-comma": ","}

ORDERS_CHOSEN: dict[str, Order] = {
    "day-first": "day-first",
    "month-first": "month-first",
    "year-first": "year-first",
}


@dataclass(frozen=True)
class Hints:
    """How the rest of a table is written, for columns that leave it open.

    Attributes
    ----------
    decimal : {"", ".", ","}
    order : Order
    """

    decimal: DecimalSign = ""
    order: Order = ""


@dataclass(frozen=True, eq=False)
class Decision:
    """What a column holds.

    Attributes
    ----------
    reading : ColumnReading
    kind : ColumnKind
    values : Series
        The cells, read.
    how : Message
        How they are written.
    marks : dict of str to int
        In how many rows which mark stands for a missing cell.
    decided_by : CellAt or None
    unreadable : ndarray of int
        The rows, counted from 0, of cells that are of another kind.
    unreadable_texts : dict of int to str
        The cells in the first of these rows.
    examples : tuple of str
    notes : tuple of Message
    decimal, order : DecimalSign, Order
        What the column shows about how the whole table is written; empty where it shows nothing.
    otherwise : str
        The choice that would read it otherwise.
    declared : bool
        Whether the column's type says that it holds categories.
    """

    reading: ColumnReading
    kind: ColumnKind
    values: "Series"
    how: Message
    marks: dict[str, int] = field(default_factory=dict)
    decided_by: CellAt | None = None
    unreadable: tuple[CellAt, ...] = ()
    unreadable_count: int = 0
    examples: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    decimal: DecimalSign = ""
    order: Order = ""
    otherwise: str = "text"
    declared: bool = False


@dataclass(frozen=True)
class Ambiguity:
    """Two ways to read a column, of which its cells rule out neither.

    Attributes
    ----------
    name : str
    example : CellAt
    readings : tuple of (what the example would be, the option that says so)
    """

    name: str
    example: CellAt
    readings: tuple[tuple[str, str], tuple[str, str]]

    def in_words(self) -> Message:
        """Say what is open and how to close it."""
        (one, option), (other, other_option) = self.readings
        return _(
            "column {name!r} can be read in two ways: {example} is {one} or {other}. Say which: "
            "{option} or {other_option}.",
            name=self.name,
            example=self.example.message,
            one=one,
            other=other,
            option=option,
            other_option=other_option,
        )
