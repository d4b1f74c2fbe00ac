"""`axone plot stationary-points`: a local minimum, a saddle, a plateau."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def stationary_points(
    steps: Annotated[int, typer.Option(help=_("Of each descent."))] = 80,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot stationary-points`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_stationary_points

        return plot_stationary_points(steps=steps)

    write_picture("stationary-points", draw, out, theme)
