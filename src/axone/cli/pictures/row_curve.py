"""`axone plot row-curve`: what more rows to learn from are worth."""

from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli import options
from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.cli.pictures.size_curves import Epochs, MetricName, Rate, Seeds, Source
from axone.messages import _, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def row_curve(
    source: Source,
    sizes: Annotated[
        str | None,
        typer.Option(metavar="ROWS", help=_("10,20,50 (default eight sizes up to all rows).")),
    ] = None,
    seeds: Seeds = 5,
    epochs: Epochs = None,
    metric: MetricName = None,
    hidden: options.Hidden = None,
    preset: options.Preset = None,
    learning_rate: Rate = None,
    target: options.Target = None,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot row-curve`, as its help tells."""

    def draw() -> "Figure":
        from axone.cli.pictures.size_curves import drawn_curves, metric_score, sizes_of
        from axone.cli.sources import Overrides, describe
        from axone.experiments.network_pictures.sizes import scores_by_rows
        from axone.experiments.preparation import rows_of

        chosen = () if sizes is None else sizes_of(sizes, "--sizes")
        overrides = Overrides(
            target=target,
            epochs=epochs,
            hidden=hidden,
            preset=preset,
            learning_rate=learning_rate,
        )
        experiment = describe(source, overrides)
        dataset = rows_of(experiment)
        name, score = metric_score(metric, dataset)
        return drawn_curves(
            lambda on_share: scores_by_rows(
                experiment, dataset, score, seeds=seeds, sizes=chosen, on_share=on_share
            ),
            seeds=seeds,
            size_name=_("training rows"),
            score_name=name,
            title=_("{name}: learning curve by rows", name=shorten(dataset.name, 40)),
            note=_("Each makes as many steps as all rows would."),
        )

    write_picture("row-curve", draw, out, theme)
