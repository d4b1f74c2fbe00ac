"""`axone plot curves`: a column of the history of several runs, in one picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def curves(
    runs: Annotated[list[Path], typer.Argument(help=_("Result folders."), metavar="RUN…")],
    column: Annotated[
        str | None, typer.Option(help=_("Of history.csv (default validation_loss)."))
    ] = None,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot curves`, as its help tells."""

    def draw() -> "Figure":
        from axone.experiments.kept_files import histories_of
        from axone.plots import plot_several_curves

        return plot_several_curves(histories_of(runs), column)

    write_picture("curves", draw, out, theme)
