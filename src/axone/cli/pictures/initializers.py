"""`axone plot initializers`: activations and gradients by layer, for several ways to begin."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def initializers(
    activation: Annotated[
        str, typer.Argument(help=_("Of the layers: a name or a formula."))
    ] = "tanh",
    depth: Annotated[int, typer.Option(help=_("Layers, 2 to 50."))] = 10,
    width: Annotated[int, typer.Option(help=_("Units of each, 2 to 256."))] = 100,
    seed: Annotated[int, typer.Option(help=_("Decides weights and rows."))] = 0,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot initializers`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_initializers

        return plot_initializers(activation, depth=depth, width=width, seed=seed)

    write_picture("initializers", draw, out, theme)
