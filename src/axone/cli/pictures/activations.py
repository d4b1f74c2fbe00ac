"""`axone plot activations`: activations and their derivatives, side by side."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def activations(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help=_('Names, and formulas such as "z * sigmoid(1.5*z)" (default: all names).'),
            metavar="[NAME|FORMULA]…",
        ),
    ] = None,
    reach: Annotated[float, typer.Option(help=_("z goes from −reach to reach."))] = 4.0,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot activations`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_activations

        return plot_activations(names or None, reach=reach)

    write_picture("activations", draw, out, theme)
