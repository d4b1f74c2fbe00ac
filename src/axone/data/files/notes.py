"""What a reader of the column report should know of how a text was read."""

from collections.abc import Iterator

from axone.data.files.dialect import BLANKS
from axone.data.files.layout import Layout
from axone.messages import Message, _, _n


def layout_notes(layout: Layout) -> Iterator[Message]:
    """Say how the lines were divided, and what of them is no part of the table."""
    if layout.hint:
        yield _(
            "the first line, a hint for Excel, says that {separator!r} separates cells",
            separator=layout.dialect.separator,
        ).coded("hint_line")
    if layout.comments:
        yield _n(
            "{count} comment line above the table left out",
            "{count} comment lines above the table left out",
            layout.comments,
        ).coded("comments_left_out")
    if layout.titles:
        yield titles_note(layout.titles)
    if layout.dialect.separator == BLANKS:
        yield _("cells are separated by blanks").coded("blanks_separate")
    if layout.names is None:
        yield no_header_note(layout.width)


def titles_note(count: int) -> Message:
    """Say that lines above the header are no part of the table."""
    return _n(
        "{count} line of text above the header left out",
        "{count} lines of text above the header left out",
        count,
    ).coded("titles_left_out")


def no_header_note(width: int) -> Message:
    """Say that a table has no header."""
    return _n(
        "the first line is data, not names of columns: the column is called column_1",
        "the first line is data, not names of columns: the columns are called column_1 to "
        "column_{count}",
        width,
    ).coded("no_header")


def superfluous_note(count: int) -> Message:
    """Say that lines end in empty cells beyond the last column."""
    return _n(
        "{count} empty cell beyond the last column, at the ends of lines, left out",
        "{count} empty cells beyond the last column, at the ends of lines, left out",
        count,
    ).coded("superfluous_cells")
