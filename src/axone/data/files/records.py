"""JSON: records, one an example, in the forms in which programs write tables.

A list of objects, one object a line, an object of columns, or what pandas writes. Numbers stay as
exact as they are written; objects within records become columns called ``outer.inner``.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from axone.data.files.bounds import DEPTH_LIMIT, RECORDS_LIMIT, require_bytes, require_cells
from axone.data.files.damage import reason_of
from axone.data.files.encodings import as_utf8
from axone.data.files.headings import is_header
from axone.data.files.names import column_names, counted_names, plain_text
from axone.data.files.notes import no_header_note
from axone.data.files.raw_table import FileFacts, RawTable
from axone.data.files.typed import column_of, frame_of, written
from axone.errors import DataError
from axone.messages import Message, _

_WRAPPERS = ("data", "records", "rows", "items", "results", "examples")
_LOOKED_AT = 200

Record = Mapping[str, Any]


def read_records(content: memoryview, path: str | Path) -> RawTable:
    """Read a table of JSON or JSON Lines, whichever it is.

    Raises
    ------
    DataError
        Damaged or too large, a key that stands twice in one object, lists within records, no
        records at all.
    """
    require_bytes(len(content), path, RECORDS_LIMIT)
    text = as_utf8(content, path)
    kind, rows, notes = _rows(str(text.content, "utf-8"), path)
    flat = [_flattened(row, path, number) for number, row in enumerate(rows, 1)]
    names = list(dict.fromkeys(name for row in flat for name in row))
    if not names:
        raise DataError(_("{path} holds no records. Write one object an example.", path=path))
    require_cells(len(flat), len(names), path)
    named = column_names(names, path)
    columns = {
        name: column_of([_cell(row.get(key)) for row in flat])
        for name, key in zip(named.names, names, strict=True)
    }
    if any(isinstance(value, dict) for row in rows for value in row.values()):
        notes = (*notes, _nested_note())
    facts = FileFacts(kind, encoding=text.encoding, encoding_from=text.decided_by)
    has_header = all(note.code != "no_header" for note in notes)
    facts = replace(facts, has_header=has_header, first_row=1 if kind == "jsonl" else 0)
    return RawTable(frame_of(columns), facts, (*text.notes, *notes, *named.notes))


def _rows(text: str, path: str | Path) -> tuple[str, Sequence[Record], tuple[Message, ...]]:
    try:
        data = _parsed(text)
    except json.JSONDecodeError as error:
        # Several documents one after the other are JSON Lines, whatever the file is called.
        if not error.msg.startswith("Extra data"):
            raise _no_json(path, error, error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise _no_json(path, error) from error
    else:
        return "json", *_records_of(data, path)
    rows = list(_records_of_lines(text, path))
    if all(isinstance(row, dict) for row in rows):
        return "jsonl", rows, ()
    return "jsonl", *_records_of(rows, path)


def _records_of_lines(text: str, path: str | Path) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield _parsed(line)
            except (ValueError, RecursionError) as error:
                raise _no_json(path, error, number) from error


def _parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_distinct, parse_constant=_constant)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        ((twice, _times),) = Counter(name for name, _value in pairs).most_common(1)
        raise ValueError(_("the key {key!r} stands twice in one object", key=twice))
    return made


def _constant(word: str) -> float | None:
    """Return what Python writes for numbers that are none: NaN is missing."""
    return None if word == "NaN" else float(word)


def _records_of(data: Any, path: str | Path) -> tuple[Sequence[Record], tuple[Message, ...]]:
    """Find the records in data, which may be written in any of several forms."""
    if isinstance(data, list) and data:
        if all(isinstance(row, dict) for row in data):
            return data, ()
        if all(isinstance(row, list) for row in data):
            return _records_of_lists(data, path)
    if isinstance(data, dict):
        return _records_of_object(data, path), ()
    raise DataError(
        _(
            "{path} holds no table: give a list of objects, one an example, such as "
            '[{{"age": 31, "city": "Rome"}}, …], or one object a line.',
            path=path,
        )
    )


def _records_of_object(data: Record, path: str | Path) -> Sequence[Record]:
    values = list(data.values())
    if isinstance(data.get("columns"), list) and isinstance(data.get("data"), list):
        return _split(data["columns"], data["data"], path)
    for key in _WRAPPERS:
        inside = data.get(key)
        if isinstance(inside, list) and inside and all(isinstance(row, dict) for row in inside):
            return inside
    if values and all(isinstance(value, list) for value in values):
        return _records_of_columns(data, path)
    if values and all(isinstance(value, dict) for value in values):
        counted = all(list(v) == [str(n) for n in range(len(v))] for v in values)
        if counted:  # as pandas writes a frame: {"a": {"0": 1, "1": 2}}
            return _records_of_columns({k: list(v.values()) for k, v in data.items()}, path)
        return values
    return [data]


def _records_of_columns(data: Mapping[str, list[Any]], path: str | Path) -> Sequence[Record]:
    lengths = {name: len(column) for name, column in data.items()}
    if len(set(lengths.values())) > 1:
        shortest, longest = (
            min(lengths, key=lengths.__getitem__),
            max(lengths, key=lengths.__getitem__),
        )
        raise DataError(
            _(
                "{path}: the columns are not of one length: {short!r} has {few} values, {long!r} "
                "has {many}.",
                path=path,
                short=shortest,
                few=lengths[shortest],
                long=longest,
                many=lengths[longest],
            )
        )
    return [dict(zip(data, row, strict=True)) for row in zip(*data.values(), strict=True)]


def _records_of_lists(
    data: list[list[Any]], path: str | Path
) -> tuple[Sequence[Record], tuple[Message, ...]]:
    texts = [["" if v is None else written(v) for v in row] for row in data[:_LOOKED_AT]]
    if is_header(texts[0], texts[1:]):
        return _split(data[0], data[1:], path), ()
    width = len(data[0])
    return _split(counted_names(width), data, path), (no_header_note(width),)


def _split(
    columns: Sequence[Any], rows: Sequence[Sequence[Any]], path: str | Path
) -> Sequence[Record]:
    names = column_names(columns, path).names
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(names):
            raise DataError(
                _(
                    "{path}: row {row} is no list of {count} values, one for each column.",
                    path=path,
                    row=number,
                    count=len(names),
                )
            )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _flattened(row: Record, path: str | Path, number: int) -> dict[str, Any]:
    """Take the values out of objects within a record."""
    flat: dict[str, Any] = {}
    waiting: list[tuple[str, Any, int]] = [("", row, 0)]
    while waiting:
        name, value, depth = waiting.pop()
        if isinstance(value, dict) and depth < DEPTH_LIMIT:
            inside = [(f"{name}.{k}" if name else k, v, depth + 1) for k, v in value.items()]
            waiting.extend(reversed(inside))
        elif isinstance(value, (list, dict)):
            raise DataError(
                _(
                    "{path}, record {number}: {name!r} holds a list, or objects more than {depth} "
                    "deep, not one value. Make columns of its parts, or leave it out.",
                    path=path,
                    number=number,
                    name=name,
                    depth=DEPTH_LIMIT,
                )
            )
        elif name in flat:
            raise DataError(
                _(
                    "{path}, record {number}: {name!r} stands there twice, once as a name and "
                    "once as objects within each other. Give one another name.",
                    path=path,
                    number=number,
                    name=name,
                )
            )
        else:
            flat[name] = value
    return flat


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return plain_text(value).strip() or None
    return value


def _nested_note() -> Message:
    return _("objects within records became columns called outer.inner").coded("nested_records")


def _no_json(path: str | Path, error: Exception, line: int | None = None) -> DataError:
    reason: str = error.msg if isinstance(error, json.JSONDecodeError) else reason_of(error)
    if "set_int_max_str_digits" in reason:
        reason = _("a number of thousands of digits")
    if line is None:
        return DataError(_("{path} is no JSON: {reason}.", path=path, reason=reason))
    return DataError(
        _("{path}, line {line}: no JSON: {reason}.", path=path, line=line, reason=reason)
    )
