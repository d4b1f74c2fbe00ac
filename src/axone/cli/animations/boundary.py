"""`axone animate boundary`: a decision boundary as it is learnt, of a generated set or of a run."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from axone.cli.animations.moved import Out, write_animation
from axone.cli.pictures.drawn import Ground
from axone.errors import ConfigurationError
from axone.messages import _, listed, shorten

if TYPE_CHECKING:
    from axone.plots.animations.animation import Animation


def boundary(
    source: Annotated[
        str,
        typer.Argument(
            metavar="[SET|RUN]",
            help=_("moons, circles, spirals, three_spirals, blobs, xor; or a result folder."),
        ),
    ] = "moons",
    hidden: Annotated[
        str, typer.Option(metavar="N,…", help=_("Units of the hidden layers (of a set)."))
    ] = "16,16",
    activation: Annotated[str, typer.Option(help=_("Of the hidden layers (of a set)."))] = "tanh",
    rate: Annotated[float, typer.Option(help=_("Adam's learning rate η (of a set)."))] = 0.01,
    epochs: Annotated[int, typer.Option(help=_("Epochs of training (of a set)."))] = 100,
    seed: Annotated[int, typer.Option(help=_("Of the rows and the weights (of a set)."))] = 0,
    frames: Annotated[int, typer.Option(help=_("Frames at most, 75 at most."))] = 48,
    columns: Annotated[
        str | None,
        typer.Option(metavar="A,B", help=_("Two columns; the others are held (of a run).")),
    ] = None,
    pca: Annotated[
        bool, typer.Option("--pca", help=_("The first two principal components (of a run)."))
    ] = False,
    out: Out = None,
    theme: Ground = "light",
) -> None:
    """Run `axone animate boundary`, as its help tells."""

    def make() -> "Animation":
        from axone.cli.sources import hidden_sizes
        from axone.plots import animate_boundary
        from axone.plots.animations.boundary import DATASETS

        if source in DATASETS:
            return animate_boundary(
                source,
                hidden=hidden_sizes(hidden),
                activation=activation,
                rate=rate,
                epochs=epochs,
                frames=frames,
                seed=seed,
            )
        if not Path(source).is_dir():
            raise ConfigurationError(
                _(
                    "{source!r} is neither a set ({known}) nor a result folder.",
                    source=source,
                    known=listed(DATASETS),
                )
            )
        return _of_run(Path(source), columns, pca=pca, frames=frames)

    write_animation("boundary", make, out, theme)


def _of_run(folder: Path, columns: str | None, *, pca: bool, frames: int) -> "Animation":
    """Train a run once more, and ask its network after as many epochs as there are frames."""
    import numpy as np

    from axone.checks import check_integer
    from axone.cli.pictures.anew import trained_anew
    from axone.cli.pictures.boundary import answers_of_run
    from axone.experiments import load_run
    from axone.experiments.network_pictures.answers import require_answers
    from axone.model import Classes
    from axone.plots.animations.boundary import MOST_FRAMES
    from axone.plots.animations.learnt import Learnt, animate_learnt
    from axone.plots.networks.plane import Plane

    check_integer("frames", frames, at_least=2, at_most=MOST_FRAMES)
    _experiment, model = load_run(folder)
    require_answers(model, str(folder))
    if not isinstance(model.target, Classes):
        raise ConfigurationError(
            _("{name}: this model predicts numbers, and has no decision boundary.", name=folder)
        )
    anew = trained_anew(folder, most_weights=frames)
    found = [
        answers_of_run(
            folder,
            replace(anew.model, members=(weights,), temperature=1.0),
            anew.prepared,
            columns,
            pca=pca,
        )
        for weights in anew.weights
    ]
    first, history = found[0], anew.result.history
    learnt = Learnt(
        Plane(first.x, first.y, first.points),
        first.truth,
        np.stack([each.answers for each in found]),
        np.stack([each.predicted for each in found]),
        anew.epochs,
        np.asarray(history["train_loss"]),
        np.asarray(history.get("validation_loss", ())),
        tuple(model.target.class_names),
        first.axis_names,
        tuple(str(note) for note in first.notes),
    )
    name = shorten(anew.prepared.dataset.name, 40)
    return animate_learnt(learnt, _("{name}: the decision boundary as it is learnt", name=name))
