"""`axone plot gradient-flow`: the gradient of each layer of a run, epoch by epoch."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.errors import DataError
from axone.messages import _, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def gradient_flow(
    run: Annotated[Path, typer.Argument(help=_("A result folder."), metavar="RUN")],
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot gradient-flow`, as its help tells."""

    def draw() -> "Figure":
        from axone.cli.pictures.anew import trained_anew
        from axone.plots import plot_gradient_flow

        anew = trained_anew(run)
        network = anew.prepared.network
        norms = anew.result.evidence.gradient_norms
        if not norms.size:
            raise DataError(
                _("{folder} has no epoch behind it: it diverged in its first one.", folder=run)
            )
        learning = [
            position
            for position in network.layout.learning
            if position >= anew.trainer.recipe.frozen
        ]
        rows = network.summary().rows
        return plot_gradient_flow(
            norms[:, learning],
            [f"{position} {rows[position].label}" for position in learning],
            title=_("{name}: gradient of each layer", name=shorten(anew.prepared.dataset.name, 40)),
        )

    write_picture("gradient-flow", draw, out, theme)
