"""`axone animate softmax`: bars of logits and of probabilities, as one logit moves."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.animations.moved import Out, write_animation
from axone.cli.pictures.drawn import Ground, listed_numbers
from axone.messages import _

if TYPE_CHECKING:
    from axone.plots.animations.animation import Animation


def softmax(
    logits: Annotated[
        str, typer.Option(metavar="Z,Z,…", help=_("The logits, 2 to 8 of them."))
    ] = "2,1,-1,3",
    moving: Annotated[int, typer.Option(help=_("Which of them moves, counted from 1."))] = 1,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone animate softmax`, as its help tells."""

    def make() -> "Animation":
        from axone.plots import animate_softmax

        return animate_softmax(listed_numbers("--logits", logits), moving=moving)

    write_animation("softmax", make, out, theme)
