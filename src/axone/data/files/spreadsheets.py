"""Spreadsheets (.xlsx and .ods), read with python-calamine.

A sheet is a plane of cells of which a table fills a part: the part is found, titles above its
header are set apart. A file that unpacks to more than it may, or has a cell far away from all
others, is refused before the parser sees it, whose memory grows with the plane.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from axone.data.files.bounds import PLANE_LIMIT, SPREADSHEET_LIMIT, require_bytes
from axone.data.files.compressed import inflated_members, member_names
from axone.data.files.damage import told_of_reading
from axone.data.files.headings import is_header, titles_above
from axone.data.files.names import column_names, counted_names
from axone.data.files.notes import no_header_note, titles_note
from axone.data.files.raw_table import FileFacts, RawTable
from axone.data.files.typed import column_of, frame_of, written
from axone.errors import DataError
from axone.messages import Message, _, _n, listed

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How workbooks of Excel 97 to 2003 begin, and encrypted ones of any age."""

_KIND = "spreadsheet"
_LOOKED_AT = 200
_TOLD = 10
_CELL = re.compile(rb"""\br=["']([A-Za-z]{1,3})(\d{1,9})["']""")
_ERROR_CELL = re.compile(rb"""<c\s[^>]*\bt=["']e["']""")
_SHEET = re.compile(rb"""<sheet\s[^>]*\bname="([^"]*)"[^>]*\bid="([^"]*)\"""")
_RELATION = re.compile(rb"""<Relationship\s([^>]*)>""")
_ODS_ROW = re.compile(
    rb"<table:table[\s>]|<table:table-row\b([^>]*)>|<table:(?:covered-)?table-cell\b([^>]*)>"
)
_REPEATED = re.compile(rb"""number-(?:rows|columns)-repeated=["'](\d+)["']""")


@dataclass(frozen=True, eq=False)
class _Sheet:
    """A sheet that holds cells: all rows from its first, and the errors that stood in them."""

    name: str
    rows: Sequence[Sequence[Any]]
    others: tuple[str, ...]
    errors: int = 0


def kind_of_archive(content: memoryview) -> str:
    """Return which spreadsheet a zip archive is, ``"xlsx"`` or ``"ods"``; empty for none."""
    try:
        names = member_names(content)
    except Exception:  # of a damaged archive: whoever unpacks it tells why
        return ""
    if any(name.startswith("xl/workbook.") for name in names):
        return "xlsx"
    return "ods" if "content.xml" in names else ""


def require_no_old_workbook(content: memoryview, path: str | Path) -> None:
    """Refuse workbooks of Excel 97 to 2003.

    A damaged one makes python-calamine ask for any memory there is, which ends the process; the
    sizes it goes by are all over the file.

    Raises
    ------
    DataError
        With what to do.
    """
    if bytes(content[: len(OLE_MAGIC)]) == OLE_MAGIC:
        raise DataError(
            _(
                "{path} is a workbook of Excel 97 to 2003, or an encrypted one, which are not "
                "read. Save it as .xlsx without a password, or as CSV.",
                path=path,
            )
        )


def read_spreadsheet(
    content: memoryview, path: str | Path, kind: str, sheet: str | None = None
) -> RawTable:
    """Read the table of a sheet.

    Parameters
    ----------
    content : memoryview
    path : str or Path
        For messages.
    kind : str
        For `FileFacts`: ``"xlsx"`` or ``"ods"``.
    sheet : str, optional
        By default the first that holds a cell.

    Raises
    ------
    DataError
        Damaged or too large, no such sheet, no cells, names that stand twice; or python-calamine
        is not installed.
    """
    with told_of_reading(path, _KIND):
        members = _checked_members(content, path)
        chosen = _chosen_sheet(_repacked(members), path, sheet, members)
        return _table_of(chosen, path, kind)


def _chosen_sheet(
    book: bytes, path: str | Path, wanted: str | None, members: dict[str, memoryview]
) -> _Sheet:
    workbook = _workbook(book, path)
    names = list(workbook.sheet_names)
    if wanted is not None and wanted not in names:
        raise DataError(
            _(
                "{path} has no sheet {sheet!r}. Its sheets: {names!r}.",
                path=path,
                sheet=wanted,
                names=listed(names),
            )
        )
    sheets = {name: workbook.get_sheet_by_name(name) for name in names if wanted in (None, name)}
    filled = [name for name, sheet in sheets.items() if sheet.height]
    if not filled:
        raise DataError(
            _("{path} holds no cells in its sheets: {names!r}.", path=path, names=listed(names))
        )
    rows = sheets[filled[0]].to_python(skip_empty_area=False)
    return _Sheet(filled[0], rows, tuple(filled[1:]), _count_errors(members, filled[0]))


def _workbook(book: bytes, path: str | Path) -> Any:
    try:
        from python_calamine import CalamineWorkbook
    except ModuleNotFoundError as error:
        raise DataError(
            _(
                "{path}: spreadsheets are read with python-calamine, which is not installed: pip "
                'install "axone[excel]". Or save the sheet as CSV.',
                path=path,
            )
        ) from error
    return CalamineWorkbook.from_filelike(io.BytesIO(book))


def _table_of(sheet: _Sheet, path: str | Path, kind: str) -> RawTable:
    cells = [[_cell(value) for value in row] for row in sheet.rows]
    numbers = [n for n, row in enumerate(cells, 1) if any(value is not None for value in row)]
    rows = [cells[number - 1] for number in numbers]
    places = [p for p in range(len(rows[0])) if any(row[p] is not None for row in rows)]
    rows = [[row[place] for place in places] for row in rows]
    texts = [["" if v is None else written(v) for v in row] for row in rows[:_LOOKED_AT]]
    titles = titles_above(texts)
    rows, numbers, texts = rows[titles:], numbers[titles:], texts[titles:]
    headed = is_header(texts[0], texts[1:])
    named = column_names(texts[0] if headed else counted_names(len(places)), path)
    data = rows[headed:]
    columns = zip(*data, strict=True) if data else [()] * len(places)
    frame = frame_of({n: column_of(c) for n, c in zip(named.names, columns, strict=True)})
    first = numbers[headed] if data else 0
    facts = FileFacts(kind, sheet=sheet.name, first_row=first, has_header=headed)
    notes = (*_notes(sheet, titles, headed, len(places)), *named.notes)
    return RawTable(frame, facts, notes)


def _cell(value: Any) -> Any:
    """Return a cell without the blanks around it; None where nothing is left."""
    if isinstance(value, str):
        return value.strip() or None
    return value


def _notes(sheet: _Sheet, titles: int, headed: bool, width: int) -> Iterator[Message]:
    if sheet.others:
        yield _(
            "sheet {sheet!r} was read; there are cells in {others!r} too",
            sheet=sheet.name,
            others=listed(sheet.others[:_TOLD]),
        ).coded("other_sheets")
    if titles:
        yield titles_note(titles)
    if not headed:
        yield no_header_note(width)
    if sheet.errors:
        yield _n(
            "{count} cell holds an error such as #N/A or #DIV/0! and counts as missing",
            "{count} cells hold an error such as #N/A or #DIV/0! and count as missing",
            sheet.errors,
        ).coded("error_cells")


def _checked_members(content: memoryview, path: str | Path) -> dict[str, memoryview]:
    """Unpack the texts that a spreadsheet is made of, and refuse what the parser cannot bear."""
    members: dict[str, memoryview] = {}
    size = 0
    for name, member in inflated_members(content, path):
        if name.endswith("workbook.bin"):
            raise DataError(
                _("{path} is a binary workbook (.xlsb). Save it as .xlsx or CSV.", path=path)
            )
        size += len(member)
        require_bytes(size, path, SPREADSHEET_LIMIT)
        if name.endswith((".xml", ".rels")):
            _require_well_formed(member, path)
            _require_plane(name, member, path)
            members[name] = member
        elif name == "mimetype":
            members[name] = member
    return members


def _repacked(members: dict[str, memoryview]) -> bytes:
    """Pack the texts that were checked again, so that the parser sees nothing else."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return packed.getvalue()


def _require_well_formed(member: memoryview, path: str | Path) -> None:
    """Refuse what is no XML: python-calamine waits for ever for an element to end."""
    parser = expat.ParserCreate()

    def refuse(*_declared: object) -> None:
        raise DataError(_("{path} declares a document type, which no spreadsheet does.", path=path))

    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(bytes(member), True)


def _require_plane(name: str, member: memoryview, path: str | Path) -> None:
    height, width = _plane(name, member)
    if height * width > PLANE_LIMIT:
        raise DataError(
            _(
                "{path}: the cells of a sheet reach to row {height} and column {width}, a "
                "plane of more than {limit} cells. Delete what stands far from the table, or "
                "save the table as CSV.",
                path=path,
                height=height,
                width=width,
                limit=PLANE_LIMIT,
            )
        )


def _plane(name: str, member: memoryview) -> tuple[int, int]:
    """Return the rows and columns up to the last cell of a member."""
    if name == "content.xml":
        return _plane_of_ods(member)
    height = width = 0
    letters: set[bytes] = set()
    for found in _CELL.finditer(member):
        height = max(height, int(found[2]))
        letters.add(found[1])
    for column in letters:
        number = 0
        for letter in column.upper():
            number = 26 * number + letter - ord("A") + 1
        width = max(width, number)
    return height, width


def _plane_of_ods(member: memoryview) -> tuple[int, int]:
    """Add up repeated rows and cells up to the last that is filled, over all sheets."""
    height = width = rows = columns = repeated = 0
    for found in _ODS_ROW.finditer(member):
        row, cell = found[1], found[2]
        if row is None and cell is None:
            rows = repeated = 0
        elif cell is None:
            rows, columns, repeated = rows + repeated, 0, _times(row)
        else:
            columns += _times(cell)
            if b"value-type" in cell:
                height, width = max(height, rows + repeated), max(width, columns)
    return height, width


def _times(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return int(found[1][:12]) if found else 1


def _count_errors(members: dict[str, memoryview], sheet: str) -> int:
    """Count the error cells of a sheet of an .xlsx file, which the parser gives as empty ones."""
    try:
        book = bytes(members["xl/workbook.xml"])
        relations = bytes(members["xl/_rels/workbook.xml.rels"])
    except KeyError:
        return 0
    identities = {html.unescape(n.decode("utf-8", "replace")): i for n, i in _SHEET.findall(book)}
    for attributes in _RELATION.findall(relations):
        said = dict(re.findall(rb'(\w+)="([^"]*)"', attributes))
        if said.get(b"Id") == identities.get(sheet):
            target = said.get(b"Target", b"").decode("utf-8", "replace").lstrip("/")
            member = members.get(f"xl/{target.removeprefix('xl/')}")
            return 0 if member is None else len(_ERROR_CELL.findall(member))
    return 0
