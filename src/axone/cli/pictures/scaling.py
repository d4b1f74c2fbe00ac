"""`axone plot scaling`: the loss before and after features are scaled."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def scaling(
    ratio: Annotated[
        float, typer.Option(help=_("How many times wider one feature is, 1 to 30."))
    ] = 5.0,
    tolerance: Annotated[
        float, typer.Option(help=_("Of the first loss: where a descent ends."))
    ] = 0.001,
    seed: Annotated[int, typer.Option(help=_("Decides the rows."))] = 0,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot scaling`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_scaling

        return plot_scaling(ratio, tolerance=tolerance, seed=seed)

    write_picture("scaling", draw, out, theme)
