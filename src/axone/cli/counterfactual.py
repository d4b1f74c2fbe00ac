"""`axone explain RUN --counterfactual`: what would have to be otherwise for another answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from axone.cli.console import columns, messages, output, print_json, share_bar, tell
from axone.cli.predictions import shortest
from axone.cli.table_runs import Cells, TableRun, chosen_columns, table_run
from axone.data import TableOptions, read_rows
from axone.data.frames import as_frame, is_frame
from axone.data.sources import is_stream, shown_source
from axone.errors import ConfigurationError, DataError
from axone.experiments import take
from axone.explanation import Counterfactual, counterfactual
from axone.messages import Message, _, shorten
from axone.model import Classes

_MOST_ROWS = 64


def explain_counterfactual(
    source: str,
    *,
    rows: Sequence[int] = (),
    file: str | None = None,
    wanted: str | None = None,
    to: float | None = None,
    fixed: str | None = None,
    as_json: bool = False,
) -> None:
    """Find the least change of rows that gives them another answer, and print it.

    Raises
    ------
    DataError, ConfigurationError
        No run on a table; rows, columns or classes that there are not; no number to reach.
    """
    run = table_run(source)
    if not isinstance(run.model.target, Classes) and to is None:
        raise ConfigurationError(
            _("This run predicts numbers: say with --to which one the prediction is to reach.")
        )
    held = [run.names[place] for place in chosen_columns(fixed, run.names, "--fixed")]
    name, cells, numbers = _rows(run, rows, file)
    training = run.cells("train")
    found = []
    with share_bar(output(), shown=not as_json) as bar:
        share = bar.add_task(str(_("searching")), total=len(numbers))
        for number in numbers:
            row = take(cells, np.array([number]))
            change = counterfactual(
                run.model,
                row if is_frame(row) else row[0],
                training,
                wanted=wanted,
                to=to,
                fixed=held,
            )
            found.append((number, change))
            bar.advance(share)
    if as_json:
        data = [_data(number, change) for number, change in found]
        print_json(data[0] if len(data) == 1 else data)
        return
    for place, (number, change) in enumerate(found):
        if place:
            tell(output(), "")
        _print(_("Row {number} of {name}", number=number, name=name), change, wanted, to)


def _rows(run: TableRun, rows: Sequence[int], file: str | None) -> tuple[str, Cells, list[int]]:
    """Return what the rows are of, all of them, and which are asked for."""
    dataset = run.prepared.dataset
    if file is None:
        name, cells, numbers = dataset.name, run.read_columns(dataset.X), list(rows) or [0]
    else:
        read = read_rows(file, TableOptions())
        for note in read.notes:
            tell(messages(), note)
        name = shown_source(file) if is_stream(file) else Path(file).name
        cells = as_frame(read.X, name) if is_frame(read.X) else np.asarray(read.X)
        numbers = list(rows) or list(range(len(cells)))
    for number in numbers:
        if not 0 <= number < len(cells):
            raise DataError(
                _(
                    "There is no row {number}: {name} has rows 0 to {most}, counted from 0.",
                    number=number,
                    name=name,
                    most=len(cells) - 1,
                )
            )
    if len(numbers) > _MOST_ROWS:
        raise DataError(
            _(
                "{rows:,} rows at once are more than anyone reads: choose at most {most} with "
                "--row.",
                rows=len(numbers),
                most=_MOST_ROWS,
            )
        )
    return name, cells, numbers


def _data(number: int, found: Counterfactual | None) -> dict[str, Any]:
    if found is None:
        return {"row": number, "found": False}
    return {
        "row": number,
        "found": True,
        "before": found.before,
        "after": found.after,
        "distance": float(f"{found.distance:.6g}"),
        "changes": [
            {"column": each.column, "from": _plain(each.before), "to": _plain(each.after)}
            for each in found.changes
        ],
    }


def _plain(cell: Any) -> Any:
    """Return a cell as JSON has it."""
    return cell if isinstance(cell, bool | int | float | str) else str(cell)


def _print(
    title: Message, found: Counterfactual | None, wanted: str | None, to: float | None
) -> None:
    console = output()
    if found is None:
        aim = _("another answer") if wanted is None and to is None else (wanted or shortest(to))
        tell(
            console,
            _(
                "{title}: no change within the columns' ranges was found that gives {aim}.",
                title=title,
                aim=aim,
            ),
        )
        return
    if not found.changes:
        tell(
            console,
            _(
                "{title}: {answer} already; nothing to change.",
                title=title,
                answer=_cell(found.before),
            ),
        )
        return
    tell(
        console,
        _(
            "{title}: {before}. It would be {after} with",
            title=title,
            before=_cell(found.before),
            after=_cell(found.after),
        ),
    )
    lines = [
        (shorten(each.column, 30), shorten(_cell(each.before), 22), shorten(_exact(each.after), 22))
        for each in found.changes
    ]
    console.print(columns(lines, [_("column"), _("from"), _("to")]))


def _cell(cell: Any) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)


def _exact(cell: Any) -> str:
    """Return what a cell would have to be with all its digits: a little less would not do."""
    return shortest(cell) if isinstance(cell, float) else str(cell)
