"""`axone plot descent-2d`: gradient descent on a loss of a weight and a bias."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, listed_numbers, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def descent_2d(
    rates: Annotated[
        str, typer.Option(metavar="η,η,…", help=_("Learning rates, a panel each."))
    ] = "0.01,0.1,0.125",
    steps: Annotated[int, typer.Option(help=_("Steps that are drawn."))] = 30,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot descent-2d`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_descent_2d

        return plot_descent_2d(listed_numbers("--rates", rates), steps=steps)

    write_picture("descent-2d", draw, out, theme)
