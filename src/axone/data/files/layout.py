"""Where the table stands in a text, and which dialect divides it: judged from its first lines.

A separator is right that divides every line into the same number of cells. What stands above the
table (Excel's hint, comments, a title) is set apart.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from axone.data.files.dialect import BLANKS, SEPARATORS, Dialect, Record, records
from axone.data.files.headings import has_contrast, is_header, titles_above

_LOOKED_AT = 200
_TITLE_LINES = 50
_HINT = re.compile(r'\s*"?sep=(\\t|.)"?[;,\t]*\s*', re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\n|\r")
_COMMENT = re.compile(r"\s*(#|%|//)")
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Layout:
    """Where the table stands in a text and how it is divided.

    Parameters
    ----------
    dialect : Dialect
    data_start, data_line : int
        The character, and the line counted from 1, where the rows of data begin.
    names : tuple of str or None
        As they stand in the file; None where it has none.
    width : int
        The cells of a row: at least one for each name, more where lines end in empty cells.
    hint, comments, titles : int
        How many lines of each kind stand above the table.
    """

    dialect: Dialect
    data_start: int
    data_line: int
    names: tuple[str, ...] | None
    width: int
    hint: int = 0
    comments: int = 0
    titles: int = 0


@dataclass(frozen=True)
class _Division:
    dialect: Dialect
    rows: Sequence[Record]
    titles: int = 0

    @property
    def first(self) -> Record:
        return self.rows[0]

    @property
    def below(self) -> list[tuple[str, ...]]:
        return [row.cells for row in self.rows[1:]]


def find_layout(sample: str, *, is_whole: bool) -> Layout | None:
    """Find out how a text is divided, from its beginning.

    Parameters
    ----------
    sample : str
        The first lines of the file.
    is_whole : bool
        Whether that is all of it: else its last line may be cut, and does not count.

    Returns
    -------
    Layout or None
        None for a text of nothing but blanks.
    """
    text = sample if is_whole else _whole_lines(sample)
    hint = _HINT.fullmatch(_line_at(text, 0))
    given = "\t" if hint and hint[1] == "\\t" else hint[1] if hint else ""
    start = len(_line_at(text, 0)) if hint else 0
    comments = _comments(text, start, 2 if hint else 1)
    below = comments[-1] if comments else None
    found = _divide(text, below.end if below else start, _line_after(text, start, below), given)
    if found is None:
        if not comments:
            return None
        comments = []
        found = _divide(text, start, 2 if hint else 1, given)
        if found is None:
            return None
    found = _with_quotes(found, text)
    in_comment = _names_in_comment(text, comments, found)
    headed = in_comment is None and is_header(found.first.cells, found.below)
    names = in_comment or (_names(found) if headed else None)
    data = _first_data(text, found, headed)
    length = len(names) if names else _length_without_names(found.rows)
    return Layout(
        found.dialect,
        *data,
        names,
        max([length, *(len(row.cells) for row in found.rows if row.fits(length))]),
        int(bool(hint)),
        len(comments) - (in_comment is not None),
        found.titles,
    )


def _whole_lines(sample: str) -> str:
    cut = max(sample.rfind("\n"), sample.rfind("\r", 0, len(sample) - 1)) + 1
    return sample[:cut] or sample


def _line_at(text: str, start: int) -> str:
    end = _LINE_END.search(text, start)
    return text[start : end.end() if end else len(text)]


def _line_after(text: str, start: int, comment: Record | None) -> int:
    return comment.line + 1 if comment else 1 + (1 if start else 0)


def _comments(text: str, start: int, line: int) -> list[Record]:
    """Return the comments above the table, blank lines between them left out."""
    found = []
    while start < len(text):
        content = _line_at(text, start)
        if content.strip() and not _COMMENT.match(content):
            break
        if content.strip():
            found.append(Record((content.strip(),), line, start, start + len(content)))
        start, line = start + len(content), line + 1
    return found


def _divide(text: str, start: int, line: int, given: str) -> _Division | None:
    """Choose the dialect in which the lines are most of one length."""
    separators = (given,) if given else SEPARATORS
    divided = [
        _Division(dialect, rows)
        for quote in ('"', "'")
        if quote == '"' or quote in text
        for dialect in (Dialect(separator, quote) for separator in separators)
        if (rows := _rows(text, dialect, start, line))
    ]
    if not divided:
        return None
    whole = next((found for found in divided if _fitting_length(found.rows) > 1), None)
    if whole:
        return _below_padded_title(whole)
    below_title = None if _is_prose(text, start) else _below_title(divided)
    if below_title:
        return below_title
    blanks = _Division(Dialect(BLANKS), _rows(text, Dialect(BLANKS), start, line))
    if not given and _are_columns(blanks.rows):
        return blanks
    ragged = max(divided, key=lambda found: _share_of_one_length(found.rows))
    share = _share_of_one_length(ragged.rows)
    if given or (share > 0.5 and not _is_prose(text, start) and not _is_one_column(ragged)):
        return ragged
    return _Division(Dialect(""), _rows(text, Dialect(""), start, line))


def _rows(text: str, dialect: Dialect, start: int, line: int) -> list[Record]:
    rows = []
    for record in records(text, dialect, start, line):
        if not record.is_blank:
            rows.append(record)
        if len(rows) == _LOOKED_AT:
            break
    return rows


def _fitting_length(rows: Sequence[Record]) -> int:
    """Return the number of cells of every row, by the first; 0 where they differ."""
    for length in (rows[0].trimmed_length, len(rows[0].cells)):
        if all(row.fits(length) for row in rows):
            return length
    return 0


def _below_title(divided: Sequence[_Division]) -> _Division | None:
    """Return the first division that is right below some lines of free text.

    Above a header stand lines of fewer cells: of one, or such as ``Station;Berlin`` where a blank
    line follows them, or where the header shows by the numbers below it.
    """
    for found in divided:
        for count in range(1, min(_TITLE_LINES, len(found.rows) - 1)):
            titles, rows = found.rows[:count], found.rows[count:]
            length = _fitting_length(rows)
            if length < 2 or any(title.filled >= length for title in titles):
                continue
            first, below = rows[0], [row.cells for row in rows[1:]]
            apart = max(title.filled for title in titles) == 1 or (
                first.line > titles[-1].line + 1 or has_contrast(first.cells, below)
            )
            if apart and is_header(first.cells[:length], below):
                return _Division(found.dialect, rows, count)
    return None


def _below_padded_title(found: _Division) -> _Division:
    """Leave out titles that a spreadsheet wrote as rows of one cell and empty ones."""
    length = _fitting_length(found.rows)
    count = titles_above([row.cells[:length] for row in found.rows])
    return replace(found, rows=found.rows[count:], titles=count)


def _are_columns(rows: Sequence[Record]) -> bool:
    """Tell whether blanks divide into columns and not words: one length, and some are numbers."""
    length = _fitting_length(rows)
    return (
        length > 1
        and len(rows) > 1
        and any(
            all(_NUMBER.fullmatch(row.cells[place]) for row in rows[1:]) for place in range(length)
        )
    )


def _share_of_one_length(rows: Sequence[Record]) -> float:
    """Return the share of rows of the commonest length above 1."""
    lengths = Counter(len(row.cells) for row in rows if len(row.cells) > 1)
    first = len(rows[0].cells)
    most = max(lengths.values(), default=0)
    # The header is worth a tie.
    return (most + 0.5 * (first > 1 and lengths[first] == most)) / len(rows)


def _is_one_column(found: _Division) -> bool:
    """Tell whether below a single name stand numbers with decimal commas."""
    return (
        found.dialect.separator == ","
        and len(found.first.cells) == 1
        and all(_is_decimal(row.cells) for row in found.rows[1:])
    )


def _is_decimal(cells: Sequence[str]) -> bool:
    return len(cells) < 3 and _NUMBER.fullmatch(",".join(cells)) is not None


def _is_prose(text: str, start: int) -> bool:
    """Tell whether a blank follows every comma, as in sentences."""
    return "," in text and not re.compile(r",(?!\s)|[;|\t]").search(text, start)


def _with_quotes(found: _Division, text: str) -> _Division:
    """Find out whether apostrophes enclose cells, or backslashes stand before quotes in them."""
    dialect = found.dialect
    if dialect.quote == '"' and '"' not in text:
        starts = [cell for row in found.rows for cell in row.cells if cell.startswith("'")]
        if starts and all(len(cell) > 1 and cell.endswith("'") for cell in starts):
            dialect = replace(dialect, quote="'")
    after = rf"\\{dialect.quote}(?!\s*(?:{re.escape(dialect.delimiter)}|[\r\n]|$))"
    if re.search(after, text):
        dialect = replace(dialect, escape="\\")
    if dialect == found.dialect:
        return found
    rows = _rows(text, dialect, found.first.start, found.first.line)
    return replace(found, dialect=dialect, rows=rows)


def _names(found: _Division) -> tuple[str, ...]:
    length = _fitting_length(found.rows)
    return found.first.cells[:length] if length else found.first.cells


def _length_without_names(rows: Sequence[Record]) -> int:
    length = _fitting_length(rows)
    return length or Counter(len(row.cells) for row in rows).most_common(1)[0][0]


def _names_in_comment(
    text: str, comments: Sequence[Record], found: _Division
) -> tuple[str, ...] | None:
    """Return the names that the last comment gives, as NumPy writes them (``# height,weight``).

    It is the header where what follows is none, or none for certain and the mark is part of the
    first name. A mark that is a cell by itself is a name: ``#,Name,Type``.
    """
    if not comments or found.titles:
        return None
    content = comments[-1].cells[0]
    mark = _COMMENT.match(content)
    own = [cell.strip() for cell in next(found.dialect.rows(iter([content])), [])]
    bare = content[mark.end() :] if mark and mark[1] != "%" else content
    alone = bool(own) and mark is not None and own[0] == mark[1]
    names = own if alone else [c.strip() for c in next(found.dialect.rows(iter([bare])), [])]
    length = len(found.first.cells)
    if len(names) != length or length < 2 or not all(names):
        return None
    below = [found.first.cells, *found.below]
    if not is_header(names, below):
        return None
    joined = alone or not bare[:1].isspace()
    if is_header(found.first.cells, found.below):
        certain = has_contrast(found.first.cells, found.below)
        return tuple(names) if joined and not certain else None
    return tuple(names)


def _first_data(text: str, found: _Division, headed: bool) -> tuple[int, int]:
    """Return the character and the line where the first row of data begins, blank lines skipped."""
    if not headed:
        return found.first.start, found.first.line
    start = found.first.end
    line = found.first.line + len(_LINE_END.findall(text[found.first.start : start]))
    while start < len(text) and not (content := _line_at(text, start)).strip("\r\n "):
        start, line = start + len(content), line + 1
    return start, line
