"""What a table holds, before anything is learnt from it: the page asks which column that is."""

from collections.abc import Mapping
from typing import Any

from axone.checks import check_text
from axone.data.files.bounds import smaller_tables
from axone.data.look import TableReport, look
from axone.messages import shorten
from axone.playground.bench import Bench
from axone.playground.limits import (
    LONGEST_NAME,
    MOST_NAMES,
    MOST_TABLE_CELLS,
    MOST_TABLE_COLUMNS,
)


def look_at(bench: Bench, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a source as they are read; none of what is no table.

    Parameters
    ----------
    bench : Bench
    fields : mapping
        ``source``, as in a design.
    """
    source = fields.get("source")
    check_text("source", source)
    with smaller_tables(MOST_TABLE_CELLS, MOST_TABLE_COLUMNS):
        report = look(bench.sources.locate(str(source)))
    if not isinstance(report, TableReport):
        return {"columns": [], "columns_left_out": 0}
    return {
        "columns": [
            {
                "name": column.name,
                "kind": str(column.kind),
                "role": str(column.role),
                "examples": [shorten(each, LONGEST_NAME) for each in column.examples],
            }
            for column in report.columns[:MOST_NAMES]
        ],
        "columns_left_out": max(0, len(report.columns) - MOST_NAMES),
    }


ANSWERS = {"look": look_at}
