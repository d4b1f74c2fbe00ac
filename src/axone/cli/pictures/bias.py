"""`axone plot bias`: a logistic unit without a bias, and one with it."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def bias(
    rows: Annotated[int, typer.Option(help=_("Points, 4 to 2000."))] = 60,
    seed: Annotated[int, typer.Option(help=_("Decides them."))] = 0,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot bias`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_bias

        return plot_bias(rows, seed=seed)

    write_picture("bias", draw, out, theme)
