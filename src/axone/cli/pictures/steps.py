"""`axone plot steps`: epochs, batches and steps."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, listed_numbers, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def steps(
    rows: Annotated[int, typer.Option(help=_("Of the whole data set."))] = 10_000,
    batch: Annotated[int, typer.Option(help=_("Rows of a step."))] = 700,
    epochs: Annotated[int, typer.Option(help=_("Passes over the training rows."))] = 3,
    split: Annotated[
        str,
        typer.Option(metavar="%,%,%", help=_("Percent for training, validation and test.")),
    ] = "70,15,15",
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot steps`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_steps

        return plot_steps(rows, batch, epochs, split=listed_numbers("--split", split))

    write_picture("steps", draw, out, theme)
