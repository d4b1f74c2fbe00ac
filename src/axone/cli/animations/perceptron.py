"""`axone animate perceptron`: a perceptron's line that moves, mistake by mistake."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.animations.moved import Out, write_animation
from axone.cli.pictures.drawn import Ground
from axone.messages import _

if TYPE_CHECKING:
    from axone.plots.animations.animation import Animation


def perceptron(
    dataset: Annotated[
        str, typer.Argument(metavar="[DATASET]", help=_("blobs, and, or, xor."))
    ] = "blobs",
    corrections: Annotated[int, typer.Option(help=_("How many are shown at most."))] = 12,
    epochs: Annotated[int, typer.Option(help=_("After which it gives up."))] = 20,
    seed: Annotated[int, typer.Option(help=_("Of the points of blobs."))] = 6,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone animate perceptron`, as its help tells."""

    def make() -> "Animation":
        from axone.plots import animate_perceptron

        return animate_perceptron(dataset, corrections=corrections, epochs=epochs, seed=seed)

    write_animation("perceptron", make, out, theme)
