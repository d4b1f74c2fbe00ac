"""`axone plot width-curve`: bias and variance by the width of one hidden layer."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli import options
from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.cli.pictures.size_curves import Epochs, MetricName, Rate, Seeds, Source
from axone.messages import _, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def width_curve(
    source: Source,
    widths: Annotated[
        str, typer.Option(metavar="UNITS", help=_("Of the hidden layer."))
    ] = "1,2,4,8,16,32,64,128",
    seeds: Seeds = 5,
    epochs: Epochs = None,
    metric: MetricName = None,
    activation: options.Activation = None,
    learning_rate: Rate = None,
    target: options.Target = None,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot width-curve`, as its help tells."""

    def draw() -> "Figure":
        from axone.cli.pictures.size_curves import drawn_curves, metric_score, sizes_of
        from axone.cli.sources import Overrides, describe
        from axone.experiments.network_pictures.sizes import scores_by_width
        from axone.experiments.preparation import rows_of

        chosen = sizes_of(widths, "--widths")
        experiments = [
            describe(
                source,
                Overrides(
                    target=target,
                    epochs=epochs,
                    hidden=str(width),
                    activation=activation,
                    learning_rate=learning_rate,
                ),
            )
            for width in chosen
        ]
        dataset = rows_of(experiments[0])
        name, score = metric_score(metric, dataset)
        return drawn_curves(
            lambda on_share: scores_by_width(
                experiments, chosen, dataset, score, seeds=seeds, on_share=on_share
            ),
            seeds=seeds,
            size_name=_("units of the hidden layer"),
            score_name=name,
            title=_("{name}: by width of the network", name=shorten(dataset.name, 40)),
        )

    write_picture("width-curve", draw, out, theme)
