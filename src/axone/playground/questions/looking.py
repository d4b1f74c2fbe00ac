"""What a table holds, before anything is learnt from it: the page asks which column that is."""

from collections.abc import Mapping
from typing import Any

from axone.data.files.bounds import smaller_tables
from axone.data.look import TableReport, look
from axone.errors import ArgumentTypeError
from axone.messages import _, shorten
from axone.playground.bench import Bench
from axone.playground.limits import MOST_TABLE_CELLS, MOST_TABLE_COLUMNS

_MOST_COLUMNS = 512
_LONGEST_EXAMPLE = 40


def look_at(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a source as they are read; none of what is no table.

    Parameters
    ----------
    bench : Bench
    fields : mapping
        ``source``, as in a design.
    """
    source = fields.get("source")
    if not isinstance(source, str):
        raise ArgumentTypeError(_("source: give a name, not {found!r}", found=source))
    with smaller_tables(MOST_TABLE_CELLS, MOST_TABLE_COLUMNS):
        report = look(bench.sources.locate(source))
    if not isinstance(report, TableReport):
        return {"columns": [], "columns_left_out": 0}
    return {
        "columns": [
            {
                "name": column.name,
                "kind": str(column.kind),
                "role": str(column.role),
                "examples": [shorten(each, _LONGEST_EXAMPLE) for each in column.examples],
            }
            for column in report.columns[:_MOST_COLUMNS]
        ],
        "columns_left_out": max(0, len(report.columns) - _MOST_COLUMNS),
    }


ANSWERS = {"look": look_at}
