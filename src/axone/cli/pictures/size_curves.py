"""What `axone plot row-curve` and `width-curve` share: their scores, their words, the drawing."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from axone.cli.console import messages, output, share_bar, tell
from axone.errors import ConfigurationError
from axone.messages import _, _n
from axone.score_names import name_of_score

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from axone.data import Dataset
    from axone.experiments import Part
    from axone.experiments.network_pictures.sizes import OnShare, Score, SizeCurves
    from axone.model import Model

Source: TypeAlias = Annotated[
    str,
    typer.Argument(help=_("A dataset's name, a data file or an experiment file."), metavar="DATA"),
]

Seeds: TypeAlias = Annotated[
    int,
    typer.Option(min=1, max=1000, help=_("How many: each splits anew, and begins anew.")),
]

Epochs: TypeAlias = Annotated[int | None, typer.Option(help=_("Of each training (default 100)."))]

Rate: TypeAlias = Annotated[
    float | None,
    typer.Option("--learning-rate", "--lr", help=_("Learning rate (default 0.001 for adam).")),
]

MetricName: TypeAlias = Annotated[
    str | None, typer.Option("--metric", help=_("accuracy, f1_macro, r2, … (default the loss)."))
]


def sizes_of(words: str, option: str) -> list[int]:
    """Read `10,20,50`, rising and each once.

    Raises
    ------
    ConfigurationError
        Not a list of whole numbers above 0.
    """
    parts = [word.strip() for word in words.split(",") if word.strip()]
    if not parts or not all(word.isdecimal() and int(word) > 0 for word in parts):
        raise ConfigurationError(
            _(
                "{option} takes whole numbers above 0 with commas, such as 10,20,50; found "
                "{found!r}.",
                option=option,
                found=words,
            )
        )
    return sorted({int(word) for word in parts})


def metric_score(name: str | None, dataset: "Dataset") -> "tuple[str, Score]":
    """Return a metric's name and the function of a model and rows; by default the loss.

    Raises
    ------
    UnknownNameError, ConfigurationError
        As of `find_metric`.
    """
    from axone.experiments.training import learnt_target
    from axone.tuning.scoring import find_metric

    metric = find_metric(name or "loss", dataset)

    def score(model: "Model", part: "Part") -> float:
        loss, outputs = model.evaluate(part.X, learnt_target(model.target, part), part.mask)
        return metric.score(model, part.y, outputs, loss)

    return metric.name, score


def drawn_curves(
    scores: "Callable[[OnShare], SizeCurves]",
    *,
    seeds: int,
    size_name: str,
    score_name: str,
    title: str,
    note: str = "",
) -> "Figure":
    """Train the networks of some sizes, with a bar of the share that is done, and draw them."""
    from axone.data.parts import name_of_part
    from axone.plots import plot_size_curves

    tell(messages(), _n("Training with {count} seed.", "Training with {count} seeds.", seeds))
    with share_bar(output(), shown=True) as bar:
        share = bar.add_task(str(_("training")), total=1.0)
        found = scores(lambda done: bar.update(share, completed=done))
    return plot_size_curves(
        found.sizes,
        found.training,
        found.held_out,
        size_name=size_name,
        score_name=name_of_score(score_name),
        held_out_name=name_of_part(found.part),
        title=title,
        note=note,
    )
