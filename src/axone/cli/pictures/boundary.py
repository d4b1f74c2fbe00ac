"""`axone plot boundary`: what a run answers over two columns, or over two principal components."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.errors import ConfigurationError
from axone.messages import _, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from axone.cli.table_runs import TableRun
    from axone.experiments import Prepared
    from axone.experiments.network_pictures.answers import Answers
    from axone.model import Model


def boundary(
    run: Annotated[Path, typer.Argument(help=_("A result folder."), metavar="RUN")],
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help=_("Two columns; the others are held (default where there are only two)."),
        ),
    ] = None,
    pca: Annotated[
        bool,
        typer.Option(
            "--pca", help=_("The first two principal components (default of more columns).")
        ),
    ] = False,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot boundary`, as its help tells."""

    def draw() -> "Figure":
        from axone.experiments import load_run, prepare
        from axone.experiments.network_pictures.answers import first_target, require_answers
        from axone.model import Classes
        from axone.plots import plot_decision_boundary, plot_prediction_surface

        experiment, model = load_run(run)
        prepared = prepare(experiment)
        name = shorten(prepared.dataset.name, 40)
        require_answers(model, name)
        found = answers_of_run(run, model, prepared, columns, pca=pca)
        plane = (found.x, found.y, found.answers, found.points, found.truth)
        if isinstance(model.target, Classes):
            held = found.notes and (_("A row is judged by all that it holds."),)
            return plot_decision_boundary(
                *plane,
                found.predicted,
                model.target.class_names,
                axis_names=found.axis_names,
                title=_("{name}: decision boundary", name=name),
                notes=(*found.notes, *held),
            )
        return plot_prediction_surface(
            *plane,
            axis_names=found.axis_names,
            target_name=first_target(model),
            title=_("{name}: predictions", name=name),
            notes=found.notes,
        )

    write_picture("boundary", draw, out, theme)


def answers_of_run(
    folder: Path, model: "Model", prepared: "Prepared", columns: str | None, *, pca: bool
) -> "Answers":
    """Return the answers over the columns that are named, or that are all there are.

    Parameters
    ----------
    folder : Path
        Of the run.
    model : Model
        Whose answers they are.
    prepared : Prepared
    columns : str or None
        As typed: ``"A,B"``.
    pca : bool
        Whether the plane is that of the first two principal components.

    Raises
    ------
    ConfigurationError, DataError
        Columns that are no two, or that there are not; or both were asked for.
    """
    if pca and columns is not None:
        raise ConfigurationError(_("Give --columns or --pca, not both."))
    from axone.cli.table_runs import chosen_columns, table_of
    from axone.experiments.network_pictures.answers import answers_over_components

    is_table = prepared.dataset.kind in ("table", "features")
    if pca or (columns is None and not is_table):
        return answers_over_components(model, prepared)
    table = table_of(folder, model, prepared)
    if columns is None:
        if table.kinds != ("number", "number"):
            return answers_over_components(model, prepared)
        return _over_columns(table, [0, 1])
    which = chosen_columns(columns, table.names, "--columns")
    if len(which) != 2:
        raise ConfigurationError(
            _("--columns takes two columns, as A,B; found {found!r}.", found=columns)
        )
    return _over_columns(table, which)


def _over_columns(table: "TableRun", which: list[int]) -> "Answers":
    """Return the answers over two columns of a table, with rows of all its parts."""
    from axone.data.frames import is_frame
    from axone.experiments import take
    from axone.experiments.network_pictures.answers import (
        answers_over_columns,
        first_of,
        sampled,
    )

    parts = table.prepared.parts
    cells = [table.cells(name) for name in parts]
    if is_frame(cells[0]):
        import pandas as pd

        together = pd.concat(cells, ignore_index=True)
    else:
        together = np.concatenate(cells)
    truth = np.concatenate([first_of(part.y) for part in parts.values()])
    chosen = sampled(len(truth))
    return answers_over_columns(
        table.model, take(together, chosen), truth[chosen], table.names, table.kinds, which
    )
