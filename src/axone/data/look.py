"""`look`: what a table was read as, column by column, before anything is learnt from it.

Of a dataset of arrays there are no columns to be read, and what its examples are is told instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.data.at_once import each_column
from axone.data.files import FileFacts
from axone.data.frames import as_frame, is_frame
from axone.data.look_examples import ExamplesReport, report_on_examples
from axone.data.reading import ColumnReport, OpenColumnsError, ReadTable, read_columns
from axone.data.reading.decision import Ambiguity, Decision
from axone.data.reading.report import options_of, shortened
from axone.data.sources import (
    TableOptions,
    find_table,
    is_of_arrays,
    load_dataset,
    read_table,
    shown_source,
)
from axone.messages import Message, _, _n, at, listed

if TYPE_CHECKING:
    from pandas import DataFrame, Series


@dataclass(frozen=True)
class TableReport:
    """How a table was read.

    Attributes
    ----------
    name : str
    rows : int
    columns : tuple of ColumnReport
    facts : FileFacts or None
        How its file was read.
    notes : tuple of Message
        What is odd about the file.
    """

    name: str
    rows: int
    columns: tuple[ColumnReport, ...]
    facts: FileFacts | None = None
    notes: tuple[Message, ...] = ()

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        return str(self)

    def lines(self) -> Iterator[str]:
        """Return the report in lines of text, a block a column."""
        yield str(self.title)
        for note in self.notes:
            yield f"  {note}"
        for column in self.columns:
            yield ""
            yield str(_heading(column))
            for label, text in details(column):
                yield f"  {at(label, text)}"

    @property
    def title(self) -> Message:
        """The table in a line: its name, its size, how its file is written."""
        file = listed(file_in_words(self.facts)) if self.facts else ""
        size = _(
            "{rows}, {columns}",
            rows=_n("{count:,} row", "{count:,} rows", self.rows),
            columns=_n("{count:,} column", "{count:,} columns", len(self.columns)),
        )
        if not file:
            return _("{name}: {size}", name=self.name, size=size)
        return _("{name}: {size}; {file}", name=self.name, size=size, file=file)

    def to_data(self) -> dict[str, Any]:
        """Return the report as JSON holds it."""
        return {
            "name": self.name,
            "rows": self.rows,
            "file": None if self.facts is None else vars(self.facts),
            "notes": [note.english for note in self.notes],
            "columns": [column.to_data() for column in self.columns],
        }


def look(
    table: Any,
    *,
    target: str | None = None,
    columns: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    query: str | None = None,
    sheet: str | None = None,
) -> TableReport | ExamplesReport:
    """Tell how a table is read: what every column holds, and which cell decided it.

    Parameters
    ----------
    table : str, Path, or pandas or polars frame
        A file (CSV, Excel, Parquet, JSON, ARFF, …), ``-`` for standard input, a database's URL, or
        a frame; or a dataset of arrays: its name, an archive, a folder of images or sounds.
    target : str, optional
        The column to be learnt, which is never left out.
    columns : mapping of str to str, optional
        What columns are, where they would be read otherwise: "number", "boolean", "category",
        "ordinal", "date", "ignore", "text", "decimal-comma", "decimal-point", "day-first",
        "month-first", "year-first".
    missing : sequence of str
        Marks of missing cells in every column, besides those that are known among numbers.
    query, sheet : str, optional
        Of a database, of a spreadsheet.

    Returns
    -------
    TableReport, or ExamplesReport of arrays
        `print` shows it.

    Raises
    ------
    DataError
        The file cannot be read, or cells are not what `columns` says. A column that can be read in
        two ways is reported as open.

    Examples
    --------
    >>> import pandas as pd
    >>> prices = ["900", "1.100,50 €", "n/a"] * 4
    >>> report = look(pd.DataFrame({"price": prices, "sold": ["ja", "nein"] * 6}))
    >>> report.columns[0].kind, str(report.columns[0].how)
    ('number', 'decimal comma, points between thousands, in €')
    >>> report.columns[0].decided_by, report.columns[0].marks
    (CellAt(row=2, text='1.100,50 €'), {'n/a': 4})
    """
    options = TableOptions(columns or {}, tuple(missing), query, sheet)
    if is_frame(table):
        read, still_open = _read(as_frame(table), options, target, "table")
        return report_on(read, "table", target, still_open=still_open)
    if options == TableOptions({}, ()) and is_of_arrays(table):
        return report_on_examples(load_dataset(table, target=target))
    source = find_table(table)
    raw, name = read_table(source, options), shown_source(source)
    read, still_open = _read(as_frame(raw.frame, name), options, target, name)
    return report_on(read, Path(name).name, target, raw.facts, raw.notes, still_open)


def _read(
    frame: "DataFrame", options: TableOptions, target: str | None, where: str
) -> tuple[ReadTable, tuple[Ambiguity, ...]]:
    """Read a table; columns that can be read in two ways as text, and return these too."""
    try:
        return read_columns(frame, options.columns, options.missing, target, where), ()
    except OpenColumnsError as error:
        as_text = {each.name: "text" for each in error.still_open}
        chosen = {**options.columns, **as_text}
        return read_columns(frame, chosen, options.missing, target, where), error.still_open


def report_on(
    read: ReadTable,
    name: str,
    target: str | None,
    facts: FileFacts | None = None,
    notes: tuple[Message, ...] = (),
    still_open: Sequence[Ambiguity] = (),
) -> TableReport:
    """Report on a table that was read."""
    names = list(read.decisions)
    made = each_column(lambda column: _report(read, column, target), names, len(read.frame))
    reports = dict(zip(names, made, strict=True))
    for each in still_open:
        reports[each.name] = _open_report(reports[each.name], each)
    columns = tuple(reports.values())
    return TableReport(name, len(read.frame), columns, facts, notes)


def _report(read: ReadTable, name: str, target: str | None) -> ColumnReport:
    decision = read.decisions[name]
    values = decision.values
    distinct = int(values.nunique(dropna=True))
    notes = list(decision.notes)
    kind, role = str(decision.kind), "target" if name == target else "feature"
    otherwise = decision.otherwise
    if name in read.left_out:
        notes.insert(0, read.left_out[name])
        role, otherwise = "left out", kind
    elif kind == "ignore":
        role, otherwise = "left out", "text"
        notes.insert(0, _("left out, as was said"))
    elif distinct + bool(values.isna().any()) <= 1 and role == "feature":
        notes.insert(0, _("left out: all its cells are alike"))
        role = "left out"
    return ColumnReport(
        name=name,
        role=role,
        kind=kind,
        how=decision.how,
        rows=len(values),
        missing=int(values.isna().sum()),
        distinct=distinct,
        marks=decision.marks,
        decided_by=decision.decided_by,
        unreadable=decision.unreadable_count,
        unreadable_first=decision.unreadable,
        examples=tuple(shortened(text) for text in decision.examples),
        span=_span(decision, values),
        notes=tuple(notes),
        option=options_of(name, otherwise),
    )


def _open_report(report: ColumnReport, ambiguity: Ambiguity) -> ColumnReport:
    """Return the report on a column that can be read in two ways."""
    (_one, option), _other = ambiguity.readings
    return replace(
        report,
        role="open",
        kind="open",
        how=_("in two ways"),
        span=(),
        notes=(ambiguity.in_words(),),
        option=option,
    )


def _span(decision: Decision, values: "Series") -> tuple[str, ...]:
    present = values.dropna()
    if decision.kind not in ("number", "date") or present.empty:
        return ()
    if decision.reading.written == "dates":
        days = np.array([present.min(), present.max()], dtype="datetime64[s]")
        return tuple(str(day).removesuffix("T00:00:00") for day in days)
    if decision.reading.written != "numbers":
        return ()
    return tuple(f"{float(number):.10g}" for number in (present.min(), present.max()))


def file_in_words(facts: FileFacts) -> list[Message]:
    """Say how a file is written, as far as that was found out."""
    separator = {"\t": _("tabs"), " ": _("blanks")}.get(facts.separator, facts.separator)
    words = [
        _("{kind}", kind=facts.kind.upper()),
        _("in {encoding}", encoding=facts.encoding) if facts.encoding else None,
        _("cells divided by {separator}", separator=separator) if facts.separator else None,
        _("sheet {sheet}", sheet=facts.sheet) if facts.sheet else None,
        _("{table}", table=shortened(facts.table)) if facts.table else None,
    ]
    return [word for word in words if word is not None]


def details(column: ColumnReport) -> list[tuple[Message, Message]]:
    """Return what there is to say of a column, each with its label."""
    if column.role == "open":
        return [(_("cells"), _cells_in_words(column)), (_("choose"), column.notes[0])]
    lines = [(_("read as"), column.how)]
    if column.decided_by is not None:
        lines.append((_("decided by"), column.decided_by.message))
    lines.append((_("cells"), _cells_in_words(column)))
    if column.examples:
        shown = listed(repr(text) for text in column.examples)
        lines.append((_("such as"), _("{examples}", examples=shown)))
    why = _("why") if column.role == "left out" else _("odd")
    lines += [(why, note) for note in column.notes]
    lines.append((_("otherwise"), _("{option}", option=column.option)))
    return lines


def _heading(column: ColumnReport) -> Message:
    """Name a column and what it becomes."""
    if column.role == "left out":
        return _("{name}: left out", name=column.name)
    if column.role == "open":
        return _("{name}: open, to be decided by you", name=column.name)
    if column.role == "target":
        return _("{name}: the target, {kind}", name=column.name, kind=column.kind)
    return _("{name}: {kind}", name=column.name, kind=column.kind)


def _cells_in_words(column: ColumnReport) -> Message:
    parts = [_n("{count:,} different", "{count:,} different", column.distinct)]
    if column.span:
        parts.append(_("from {lowest} to {highest}", lowest=column.span[0], highest=column.span[1]))
    if column.missing:
        parts.append(_n("{count:,} missing", "{count:,} missing", column.missing))
    if column.marks:
        marks = listed(f"{mark!r} × {count}" for mark, count in list(column.marks.items())[:5])
        parts.append(_("of which {marks}", marks=marks))
    return _("{parts}", parts=listed(parts))
