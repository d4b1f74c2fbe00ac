"""`axone plot softmax-surface`: the probabilities of three classes over two logits."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.messages import _

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def softmax_surface(
    third: Annotated[float, typer.Option(help=_("The third logit, held fixed."))] = 0.0,
    reach: Annotated[float, typer.Option(help=_("The others go from −reach to reach."))] = 5.0,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot softmax-surface`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_softmax_surface

        return plot_softmax_surface(third=third, reach=reach)

    write_picture("softmax-surface", draw, out, theme)
