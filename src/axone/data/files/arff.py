"""ARFF, Weka's texts that say of every column what it holds.

Read here, not by a library: SciPy's reader knows no columns of text and drops quotes, liac-arff has
not been changed since 2020. The header is a small grammar (Weka's manual, "ARFF"); the rows are
lines of cells as in any text.
"""

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axone.data.files.bounds import require_cells
from axone.data.files.encodings import as_utf8
from axone.data.files.names import column_names
from axone.data.files.raw_table import FileFacts, RawTable
from axone.data.files.typed import column_of, frame_of, text_column
from axone.errors import DataError
from axone.messages import Message, _, _n, listed

_ATTRIBUTE = re.compile(
    r"""@attribute\s+(?P<name>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\s{]+)\s*(?P<kind>.+)""",
    re.IGNORECASE,
)
_CELL = re.compile(
    r"""\s*(?:'(?P<single>(?:\\.|[^'\\])*)'|"(?P<double>(?:\\.|[^"\\])*)"|(?P<bare>[^,\t'"]*?))"""
    r"""\s*(?P<end>[,\t]|$)"""
)
_DATE = re.compile(r"""date(?:\s+['"]?(?P<form>.*?)['"]?)?""", re.IGNORECASE)
_NUMERIC = ("numeric", "real", "integer")
_WHOLE = re.compile(r"[+-]?\d+")
_JAVA_DATES = (
    ("yyyy", "%Y"),
    ("MM", "%m"),
    ("dd", "%d"),
    ("HH", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
    ("'T'", "T"),
)
_DEFAULT_DATE = "yyyy-MM-dd'T'HH:mm:ss"
_TOLD = 5


@dataclass(frozen=True)
class _Attribute:
    """A column: its name, and what its cells are."""

    name: str
    kind: str
    values: tuple[str, ...] = ()
    date_format: str = ""


def read_arff(content: memoryview, path: str | Path) -> RawTable:
    """Read an ARFF file: nominal columns as categories, ``?`` as missing.

    Raises
    ------
    DataError
        Damaged; sparse rows or relational columns, which are not read; lines of another length, or
        cells that are not what their column says, with their lines.
    """
    text = as_utf8(content, path)
    lines = str(text.content, "utf-8").splitlines()
    attributes, start = _header(lines, path)
    named = column_names([attribute.name for attribute in attributes], path)
    rows = list(_rows(lines, start, len(attributes), path))
    require_cells(len(rows), len(attributes), path)
    columns = [
        _column(attribute, [(line, cells[place]) for line, cells in rows], path)
        for place, attribute in enumerate(attributes)
    ]
    facts = FileFacts(
        "arff",
        encoding=text.encoding,
        encoding_from=text.decided_by,
        first_row=rows[0][0] if rows else 0,
    )
    frame = frame_of(dict(zip(named.names, columns, strict=True)))
    return RawTable(frame, facts, (*text.notes, *named.notes))


def count_arff_columns(content: memoryview, path: str | Path) -> int:
    """Count the columns that the header of an ARFF file describes."""
    lines = str(as_utf8(content, path).content, "utf-8").splitlines()
    return len(_header(lines, path)[0])


def _header(lines: Sequence[str], path: str | Path) -> tuple[list[_Attribute], int]:
    """Return the columns, and the position of the first line of data."""
    attributes: list[_Attribute] = []
    for number, line in enumerate(lines, 1):
        said = line.strip()
        word = said.split(maxsplit=1)[0].lower() if said else ""
        if not said or said.startswith("%") or word == "@relation":
            continue
        if word == "@data":
            if not attributes:
                break
            return attributes, number
        if word != "@attribute":
            raise _wrong_line(path, number, _("a line of the header begins with @attribute"))
        attributes.append(_attribute(said, path, number))
    raise DataError(
        _(
            "{path} is no ARFF file: it needs lines with @attribute and then @data.",
            path=path,
        )
    )


def _attribute(line: str, path: str | Path, number: int) -> _Attribute:
    found = _ATTRIBUTE.fullmatch(line)
    if found is None:
        raise _wrong_line(path, number, _("@attribute needs a name and a type"))
    name, kind = _unquoted(found["name"]), found["kind"].strip()
    if kind.startswith("{") and kind.endswith("}"):
        values = _cells(kind[1:-1]) or ()
        return _Attribute(name, "nominal", tuple("?" if v is None else v for v in values))
    if kind.lower() in (*_NUMERIC, "string"):
        return _Attribute(name, kind.lower())
    date = _DATE.fullmatch(kind)
    if date:
        return _Attribute(name, "date", date_format=_python_format(date["form"] or _DEFAULT_DATE))
    raise _wrong_line(
        path,
        number,
        _(
            "type {kind!r} is not read. Types: numeric, real, integer, string, date, and values "
            "in braces",
            kind=kind[:40],
        ),
    )


def _rows(
    lines: Sequence[str], start: int, width: int, path: str | Path
) -> Iterator[tuple[int, list[str | None]]]:
    bad: list[tuple[int, int]] = []
    for number, line in enumerate(lines[start:], start + 1):
        said = line.strip()
        if not said or said.startswith("%"):
            continue
        if said.startswith("{"):
            raise _wrong_line(
                path, number, _("sparse rows are not read. Save it in full, or as CSV")
            )
        cells = _cells(said)
        if cells is None:
            raise _wrong_line(path, number, _("a quote is opened within a cell, or never closed"))
        if len(cells) == width:
            yield number, cells
        else:
            bad.append((number, len(cells)))
    if bad:
        told = [_("line {line} has {count}", line=line, count=count) for line, count in bad[:_TOLD]]
        more = len(bad) - len(told)
        raise DataError(
            _(
                "{path}: the lines are not of one length. Every line needs {expected}, one for "
                "each @attribute; but {lines}{more}.",
                path=path,
                expected=_n("{count} cell", "{count} cells", width),
                lines=listed(told),
                more=_n(", and {count} more line", ", and {count} more lines", more)
                if more
                else "",
            )
        )


def _cells(line: str) -> list[str | None] | None:
    """Divide a line at commas or tabs, quotes of both kinds heeded; None where one stays open.

    A ``?`` is missing, and so is an empty cell; in quotes it is a text.
    """
    cells: list[str | None] = []
    position = 0
    while True:
        found = _CELL.match(line, position)
        if found is None:
            return None
        quoted = found["single"] if found["single"] is not None else found["double"]
        bare = found["bare"]
        cells.append(_unescaped(quoted) if bare is None else None if bare in ("", "?") else bare)
        position = found.end()
        if not found["end"]:
            return cells


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text).strip()


def _column(
    attribute: _Attribute, cells: Sequence[tuple[int, str | None]], path: str | Path
) -> Any:
    import pandas as pd

    texts = [cell for _line, cell in cells]
    if attribute.kind == "string":
        return text_column(texts)
    if attribute.kind == "nominal":
        known = set(attribute.values)
        for (line, _cell), text in zip(cells, texts, strict=True):
            if text is not None and text not in known:
                raise _wrong_cell(path, line, attribute, text)
        return pd.Series(pd.Categorical(texts, categories=list(dict.fromkeys(attribute.values))))
    values: list[Any] = []
    for (line, _cell), text in zip(cells, texts, strict=True):
        try:
            values.append(None if text is None else _value(attribute, text))
        except ValueError as error:
            raise _wrong_cell(path, line, attribute, text or "") from error
    return column_of(values)


def _value(attribute: _Attribute, text: str) -> Any:
    if attribute.kind == "date":
        return datetime.datetime.strptime(text, attribute.date_format)
    return int(text) if _WHOLE.fullmatch(text) else float(text)


def _python_format(java: str) -> str:
    for letters, code in _JAVA_DATES:
        java = java.replace(letters, code)
    return java


def _unquoted(name: str) -> str:
    if len(name) > 1 and name[0] in "'\"" and name[-1] == name[0]:
        return _unescaped(name[1:-1])
    return name


def _wrong_line(path: str | Path, line: int, fault: Message) -> DataError:
    return DataError(_("{path}, line {line}: {fault}.", path=path, line=line, fault=fault))


def _wrong_cell(path: str | Path, line: int, attribute: _Attribute, cell: str) -> DataError:
    return DataError(
        _(
            "{path}, line {line}: {cell!r} in column {column!r} is not {kind}, as the header says.",
            path=path,
            line=line,
            cell=cell[:40],
            column=attribute.name,
            kind=listed(attribute.values[:_TOLD]) if attribute.values else attribute.kind,
        )
    )
