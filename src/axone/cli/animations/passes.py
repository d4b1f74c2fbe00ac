"""`axone animate passes`: one example through a network, its error back, and one step."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.animations.moved import Out, write_animation
from axone.cli.pictures.drawn import Ground
from axone.messages import _

if TYPE_CHECKING:
    from axone.plots.animations.animation import Animation


def passes(
    row: Annotated[int, typer.Option(help=_("Which flower of iris, 0 to 149."))] = 60,
    hidden: Annotated[
        str,
        typer.Option(metavar="N,…", help=_("Units of one or two hidden layers, 5 at most.")),
    ] = "3",
    activation: Annotated[str, typer.Option(help=_("Of the hidden layers."))] = "tanh",
    rate: Annotated[float, typer.Option(help=_("Learning rate η of the step."))] = 0.5,
    seed: Annotated[int, typer.Option(help=_("Of the weights."))] = 0,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone animate passes`, as its help tells."""

    def make() -> "Animation":
        from axone.cli.sources import hidden_sizes
        from axone.plots import animate_passes

        units = hidden_sizes(hidden)
        return animate_passes(row=row, hidden=units, activation=activation, rate=rate, seed=seed)

    write_animation("passes", make, out, theme)
