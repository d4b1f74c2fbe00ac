"""`axone animate bptt`: a recurrent network unrolled, its gradients back through time."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.animations.moved import Out, write_animation
from axone.cli.pictures.drawn import Ground
from axone.messages import _

if TYPE_CHECKING:
    from axone.plots.animations.animation import Animation


def bptt(
    scale: Annotated[
        float, typer.Option(help=_("U, the weight from each state to the next, 0.1 to 3."))
    ] = 0.6,
    activation: Annotated[str, typer.Option(help=_("relu or tanh."))] = "relu",
    steps: Annotated[int, typer.Option(help=_("How many times, 3 to 12."))] = 10,
    seed: Annotated[int, typer.Option(help=_("Of the inputs."))] = 0,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone animate bptt`, as its help tells."""

    def make() -> "Animation":
        from axone.plots import animate_bptt

        return animate_bptt(scale, activation=activation, steps=steps, seed=seed)

    write_animation("bptt", make, out, theme)
