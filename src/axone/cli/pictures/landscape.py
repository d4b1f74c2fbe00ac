"""`axone plot landscape`: the loss about a run's weights, and the path of its training."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.pictures.drawn import Ground, Out, write_picture
from axone.messages import _, shorten

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from axone.experiments.network_pictures.landscape import Landscape


def landscape(
    run: Annotated[Path, typer.Argument(help=_("A result folder."), metavar="RUN")],
    random: Annotated[
        bool,
        typer.Option(
            "--random",
            help=_("In two random directions, instead of those in which training moved most."),
        ),
    ] = False,
    points: Annotated[int, typer.Option(min=5, max=201, help=_("Of the grid, each way."))] = 31,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone plot landscape`, as its help tells."""

    def draw() -> "Figure":
        from axone.plots import plot_loss_landscape

        name, found = _found(run, points, random=random)
        return plot_loss_landscape(
            found.x,
            found.y,
            found.losses,
            path=found.path,
            kept=found.kept,
            axis_names=found.axis_names,
            title=_("{name}: loss landscape", name=shorten(name, 40)),
            notes=found.notes,
        )

    write_picture("landscape", draw, out, theme)


def _found(folder: Path, points: int, *, random: bool) -> "tuple[str, Landscape]":
    from axone.cli.console import output, share_bar
    from axone.cli.pictures.anew import trained_anew
    from axone.experiments import load_run, prepare
    from axone.experiments.network_pictures.landscape import (
        landscape_about_the_path,
        landscape_in_random_directions,
    )

    anew = None if random else trained_anew(folder, most_weights=128)
    with share_bar(output(), shown=True) as bar:
        share = bar.add_task(str(_("losses")), total=1.0)

        def on_share(done: float) -> None:
            bar.update(share, completed=done)

        if anew is not None:
            name = anew.prepared.dataset.name
            return name, landscape_about_the_path(anew, points, on_share)
        experiment, model = load_run(folder)
        prepared = prepare(experiment)
        kept = model.parameters.astype(prepared.experiment.settings.dtype)
        return prepared.dataset.name, landscape_in_random_directions(
            prepared, kept, points, on_share=on_share
        )
