"""`axone plot histograms`: weights and activations of each layer of a run, along its training."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.messages import _, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def histograms(
    run: Annotated[Path, typer.Argument(help=_("A result folder."), metavar="RUN")],
    epochs: Annotated[
        int, typer.Option(min=2, max=20, help=_("How many epochs are drawn, evenly spread."))
    ] = 6,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot histograms`, as its help tells."""

    def draw() -> "Figure":
        from axone.cli.pictures.anew import trained_anew
        from axone.experiments.network_pictures.distributions import distributions_of
        from axone.plots import plot_layer_histograms

        anew = trained_anew(run, most_weights=4 * epochs)
        found = distributions_of(anew, epochs)
        rows = anew.prepared.network.summary().rows
        return plot_layer_histograms(
            found.weights,
            found.activations,
            [f"{position} {rows[position].label}" for position in found.positions],
            found.epochs,
            title=_(
                "{name}: weights and activations", name=shorten(anew.prepared.dataset.name, 40)
            ),
        )

    write_picture("histograms", draw, out, theme)
