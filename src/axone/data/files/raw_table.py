"""A table as its file has it, before anything is decided about what its cells mean."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from axone.messages import Message

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class FileFacts:
    """How a file was read.

    Parameters
    ----------
    kind : str
        What it was read as: ``"csv"`` for every table of text, ``"xlsx"``, ``"parquet"``, …
    compression : str
        ``"gz"``, ``"bz2"``, ``"xz"``, ``"zst"`` or ``"zip"``; empty for none.
    encoding : str
        Of a text, by Python's name of it.
    encoding_from : str
        What decided the encoding: ``"byte order mark"``, ``"valid UTF-8"``, …
    separator : str
        Between the cells of a line; empty where there is one column; a blank stands for any number
        of them.
    quote : str
        Around cells of text that hold separators or line ends.
    first_row : int
        The line of the file, or the row of the sheet, in which the first row of data stands,
        counted from 1; 0 where it makes no sense.
    has_header : bool
        Whether the names of the columns are the file's own.
    sheet : str
        Of a spreadsheet.
    table : str
        Of a database, or the query; of a zip archive the member.
    """

    kind: str
    compression: str = ""
    encoding: str = ""
    encoding_from: str = ""
    separator: str = ""
    quote: str = ""
    first_row: int = 0
    has_header: bool = True
    sheet: str = ""
    table: str = ""


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table and how it was read.

    Parameters
    ----------
    frame : DataFrame
        One row an example, columns called by text, rows counted from 0. In a text file every cell
        is text as it is written, trimmed, and only an empty cell is missing; typed sources keep
        their types.
    facts : FileFacts
    notes : tuple of Message
        What a reader of the column report should know, each with a code.
    """

    frame: "DataFrame"
    facts: FileFacts
    notes: tuple[Message, ...] = ()
