"""`axone animate optimizers`: optimisers in a race on a loss of two weights."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.animations.moved import Out, write_animation
from axone.cli.pictures.drawn import Ground
from axone.messages import _

if TYPE_CHECKING:
    from axone.plots.animations.animation import Animation


def optimizers(
    surface: Annotated[
        str, typer.Argument(metavar="[SURFACE]", help=_("valley, saddle, minima, plateau."))
    ] = "valley",
    rules: Annotated[
        str,
        typer.Option(metavar="RULE,…", help=_("Which race, by their names with commas.")),
    ] = "gradient_descent,sgd,momentum,nesterov,rmsprop,adam",
    steps: Annotated[int, typer.Option(help=_("Steps of each, 300 at most."))] = 60,
    seed: Annotated[int, typer.Option(help=_("Of the gradients that SGD sees."))] = 0,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone animate optimizers`, as its help tells."""

    def make() -> "Animation":
        from axone.plots import animate_optimizers

        named = [rule.strip() for rule in rules.split(",") if rule.strip()]
        return animate_optimizers(surface, rules=named, steps=steps, seed=seed)

    write_animation("optimizers", make, out, theme)
