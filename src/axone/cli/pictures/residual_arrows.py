"""`axone plot residual-arrows`: the errors of single rows of a regression, over one column."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.errors import ConfigurationError, DataError
from axone.messages import _, listed, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from axone.cli.table_runs import TableRun


def residual_arrows(
    run: Annotated[Path, typer.Argument(help=_("A result folder."), metavar="RUN")],
    column: Annotated[
        str | None,
        typer.Option(help=_("Below (default the one that goes most with the target).")),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, max=1000, help=_("Drawn at most."))] = 60,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot residual-arrows`, as its help tells."""

    def draw() -> "Figure":
        from axone.cli.table_runs import table_run
        from axone.data.parts import name_of_part
        from axone.experiments.network_pictures.answers import first_of, first_target
        from axone.experiments.preparation import last_part
        from axone.model import Numbers
        from axone.plots import plot_residual_arrows

        table = table_run(str(run))
        name = shorten(table.prepared.dataset.name, 40)
        if not isinstance(table.model.target, Numbers):
            raise DataError(
                _(
                    "{name} predicts classes, and classes have no residuals: axone plot boundary "
                    "rings the rows that it gets wrong.",
                    name=name,
                )
            )
        part_name, part = last_part(table.prepared)
        cells = table.cells(part_name)
        truth = first_of(part.y)
        place = _column(table, cells, truth, column)
        said = first_of(np.asarray(table.model.predict(cells), dtype=np.float64))
        return plot_residual_arrows(
            _numbers(cells, place),
            truth,
            said,
            column=table.names[place],
            target=first_target(table.model),
            max_rows=rows,
            title=_(
                "{name}: errors of single {part} rows", name=name, part=name_of_part(part_name)
            ),
        )

    write_picture("residual-arrows", draw, out, theme)


def _column(table: "TableRun", cells: Any, truth: "NDArray[Any]", named: str | None) -> int:
    """Return the place of the column that is named, or that correlates most with the target.

    Raises
    ------
    UnknownNameError
        There is no such column.
    ConfigurationError
        It holds no numbers, or none does.
    """
    from axone.cli.table_runs import chosen_columns

    places = [place for place, kind in enumerate(table.kinds) if kind == "number"]
    if named is not None:
        chosen = chosen_columns(named, table.names, "--column")
        if len(chosen) == 1 and chosen[0] in places:
            return chosen[0]
    if named is not None or not places:
        raise ConfigurationError(
            _(
                "--column takes one column of numbers: {columns}.",
                columns=listed(table.names[place] for place in places) or _("there is none"),
            )
        )
    return max(places, key=lambda place: _correlation(_numbers(cells, place), truth))


def _numbers(cells: Any, place: int) -> "NDArray[np.float64]":
    column = cells.iloc[:, place] if hasattr(cells, "iloc") else cells[:, place]
    return np.asarray(column, dtype=np.float64)


def _correlation(values: "NDArray[np.float64]", truth: "NDArray[Any]") -> float:
    known = np.isfinite(values)
    if known.sum() < 2 or not np.ptp(values[known]) or not np.ptp(truth[known]):
        return 0.0
    return abs(float(np.corrcoef(values[known], truth[known])[0, 1]))
