"""`axone plot descent`: gradient descent on a loss of one weight."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, listed_numbers, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def descent(
    rates: Annotated[
        str, typer.Option(metavar="η,η,…", help=_("Learning rates, a panel each."))
    ] = "0.005,0.1,0.14",
    steps: Annotated[int, typer.Option(help=_("Steps at each rate."))] = 10,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot descent`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_descent

        return plot_descent(listed_numbers("--rates", rates), steps=steps)

    write_picture("descent", draw, out, theme)
