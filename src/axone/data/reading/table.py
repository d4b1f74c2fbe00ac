"""All columns of a table read at once: each decides for itself, and those that cannot by the rest.

What was decided is a `TableReading`, plain data that a model keeps, so that whatever it was trained
on is read the same way ever after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.bounds import MOST_MARKS
from axone.checks import check_choice, check_text, items_of
from axone.data.at_once import each_column
from axone.data.plain_data import PlainData
from axone.data.reading.column import ColumnReading, are_exceptions
from axone.data.reading.deciding import decide_column
from axone.data.reading.decision import ALMOST, CHOICES, Ambiguity, Decision, Hints
from axone.data.reading.faults import require_cells
from axone.data.reading.keys import key_note, varies
from axone.errors import ConfigurationError, DataError, UnknownNameError
from axone.messages import Listed, Message, _, _n, at

if TYPE_CHECKING:
    from pandas import DataFrame

_MOST_TOLD = 5
"""Ambiguous columns that one error tells of."""


class OpenColumnsError(DataError):
    """Columns that can be read in two ways, of which nothing in the table rules out one.

    Parameters
    ----------
    message : str
    still_open : tuple of Ambiguity
    """

    def __init__(self, message: str, still_open: tuple[Ambiguity, ...] = ()) -> None:
        super().__init__(message)
        self.still_open = still_open


@dataclass(frozen=True)
class TableReading(PlainData):
    """How the cells of each column of a table are read.

    Attributes
    ----------
    columns : tuple of ColumnReading
    """

    columns: tuple[ColumnReading, ...] = ()

    def read(self, frame: "DataFrame", where: str = "table") -> "DataFrame":
        """Read the columns that are known, and leave the others as they are.

        Raises
        ------
        DataError
            More than a few cells of a column are of another kind.
        """
        read, _notes = self.read_and_tell(frame, where)
        return read

    def read_and_tell(
        self, frame: "DataFrame", where: str = "table"
    ) -> tuple["DataFrame", tuple[Message, ...]]:
        """Read as `read`, and say which cells count as missing though they hold something."""
        changed: dict[str, Any] = {}
        notes: list[Message] = []
        there = [column for column in self.columns if column.name in frame.columns]
        cells = [frame[column.name] for column in there]
        read = each_column(
            lambda pair: pair[0].read(pair[1]), list(zip(there, cells, strict=True)), len(frame)
        )
        for column, values, found in zip(there, cells, read, strict=True):
            count = int(np.count_nonzero(found.unreadable))
            if not are_exceptions(count, len(values)):
                require_cells(found.unreadable, values, _FAULTS[column.written], where)
            if count:
                row = int(np.argmax(found.unreadable))
                notes.append(
                    _n(
                        "column {name!r}: {count} cell is {fault} and counts as missing, "
                        "{cell!r} in row {row}",
                        "column {name!r}: {count} cells are {fault} and count as missing, first "
                        "{cell!r} in row {row}",
                        count,
                        name=column.name,
                        fault=_FAULTS[column.written],
                        cell=str(values.iloc[row])[:40],
                        row=row + 1,
                    ).coded("later_cells_as_missing")
                )
            if found.values is not values:
                changed[column.name] = found.values
        return _with_columns(frame, changed), tuple(notes)

    def of(self, name: str) -> ColumnReading | None:
        """Return the reading of a column, None where there is none."""
        return next((column for column in self.columns if column.name == name), None)

    def only(self, names: Sequence[str]) -> "TableReading":
        """Return the reading of some columns alone."""
        kept = set(names)
        return TableReading(tuple(column for column in self.columns if column.name in kept))


AS_THEY_ARE = TableReading()
"""Of tables whose cells have their types already."""

_FAULTS = {
    "numbers": _("no number"),
    "dates": _("no date"),
    "truths": _("neither yes nor no"),
    "texts": _("no text"),
}


@dataclass(frozen=True, eq=False)
class ReadTable:
    """A table whose columns were decided on.

    Attributes
    ----------
    frame : pandas.DataFrame
        The cells, read.
    decisions : dict of str to Decision
        Of each column.
    left_out : dict of str to Message
        Columns that would teach nothing or too much, and why.
    chosen : dict of str to str
        What its owner said of columns.
    """

    frame: "DataFrame"
    decisions: dict[str, Decision]
    left_out: dict[str, Message]
    chosen: dict[str, str]

    @property
    def reading(self) -> TableReading:
        """How later rows are read."""
        return TableReading(tuple(decision.reading for decision in self.decisions.values()))

    @property
    def notes(self) -> tuple[Message, ...]:
        """What was left out, and what looks odd in the columns that are used."""
        notes: list[Message] = []
        for name in self.decisions:
            if name in self.left_out:
                notes.append(self.left_out[name])
            for note in self._told(name):
                told = _("column {name!r}: {note}", name=name, note=note)
                notes.append(told.coded(note.code))
        return tuple(notes)

    def _told(self, name: str) -> tuple[Message, ...]:
        """Return what is to be said of a column's cells: of one left out, only why it is text."""
        decision = self.decisions[name]
        if decision.kind == "ignore":
            return ()
        if name not in self.left_out:
            return decision.notes
        return tuple(note for note in decision.notes if note.code == ALMOST)

    @property
    def kinds(self) -> dict[str, str]:
        """What each column becomes."""
        return {
            name: "ignore" if name in self.left_out else decision.kind
            for name, decision in self.decisions.items()
        }


def read_columns(
    frame: "DataFrame",
    choices: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    target: str | None = None,
    where: str = "",
) -> ReadTable:
    """Decide what every column of a table holds, and read it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns called by text.
    choices : mapping of str to str, optional
        What its owner says of columns: see `CHOICES`.
    missing : sequence of str
        Marks that stand for a missing cell in whatever column.
    target : str, optional
        The column that is never left out.
    where : str, optional
        The file, for messages.

    Raises
    ------
    UnknownNameError
        A choice for a column that the table lacks.
    ConfigurationError, ArgumentTypeError
        Too many marks of missing cells, or one that is no text.
    OpenColumnsError
        Columns that can be read in two ways.
    DataError
        Cells that are not what was said.
    """
    missing = items_of(missing, MOST_MARKS)
    if len(missing) > MOST_MARKS:
        raise ConfigurationError(
            _("More than {most:,} marks of missing cells: give fewer.", most=MOST_MARKS)
        )
    for mark in missing:
        check_text(_("a mark of missing cells"), mark)
    chosen = dict(choices or {})
    for name, choice in chosen.items():
        if name not in frame.columns:
            raise UnknownNameError(_("column"), name, list(map(str, frame.columns)), where=where)
        check_choice(_("the kind of column {name!r}", name=name), choice, CHOICES)
    columns = [(str(name), values) for name, values in frame.items()]
    decided = each_column(
        lambda column: decide_column(column[1], chosen.get(column[0]), missing, Hints()),
        columns,
        len(frame),
    )
    found = {name: each for (name, _values), each in zip(columns, decided, strict=True)}
    decisions = _by_the_others(found, frame, chosen, missing, where)
    left_out = {
        name: note
        for name, decision in decisions.items()
        if name not in chosen and name != target and (note := key_note(decision)) is not None
    }
    if not any(_teaches(d) for name, d in decisions.items() if name not in (*left_out, target)):
        # Better a counter to learn from than nothing: it may be the very axis of a curve.
        left_out = {n: note for n, note in left_out.items() if decisions[n].kind != "number"}
    read = {name: decision.values for name, decision in decisions.items()}
    return ReadTable(_with_columns(frame, read), decisions, left_out, chosen)


def _teaches(decision: Decision) -> bool:
    return decision.kind != "ignore" and varies(decision.values)


def _by_the_others(
    found: Mapping[str, Decision | Ambiguity],
    frame: "DataFrame",
    chosen: Mapping[str, str],
    missing: Sequence[str],
    where: str,
) -> dict[str, Decision]:
    """Decide what is open by how the other columns are written, or refuse."""
    decided = [decision for decision in found.values() if isinstance(decision, Decision)]
    decimals = {decision.decimal for decision in decided} - {""}
    orders = {decision.order for decision in decided} - {""}
    hints = Hints(
        decimals.pop() if len(decimals) == 1 else "", orders.pop() if len(orders) == 1 else ""
    )
    decisions: dict[str, Decision] = {}
    still_open: list[Ambiguity] = []
    for name, decision in found.items():
        again = (
            decide_column(frame[name], chosen.get(name), missing, hints)
            if isinstance(decision, Ambiguity)
            else decision
        )
        if isinstance(again, Ambiguity):
            still_open.append(again)
        else:
            decisions[name] = again
    if still_open:
        raise OpenColumnsError(at(where, _open_in_words(still_open)), tuple(still_open))
    return decisions


def _open_in_words(still_open: Sequence[Ambiguity]) -> Message:
    told = Listed((each.in_words() for each in still_open[:_MOST_TOLD]), "\n")
    more = len(still_open) - _MOST_TOLD
    if more <= 0:
        return _("{told}", told=told)
    return _n(
        "{told}\nAnd {count} more such column.",
        "{told}\nAnd {count} more such columns.",
        more,
        told=told,
    )


def _with_columns(frame: "DataFrame", changed: Mapping[str, Any]) -> "DataFrame":
    """Return the table with some columns in other words, the same order and rows."""
    import pandas as pd

    if not changed:
        return frame
    columns = {name: changed.get(str(name), values) for name, values in frame.items()}
    return pd.DataFrame(columns, index=frame.index, columns=frame.columns, copy=False)
