"""One network, the same first weights and order of rows, and each optimiser."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np

from axone.lab.contenders import (
    Contenders,
    OneRate,
    RowCount,
    Target,
    Units,
    contender,
    rate_of,
    rates_told,
    spiral_trainer,
)
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.labelled_lines import Line, draw_lines
from axone.lab.training_runs import (
    first_at_most,
    losses_of,
    measured,
    seeds_from,
    share_of,
    spiral_rows,
    those_at,
)
from axone.messages import Message, _, listed
from axone.plots.style import add_note, dress, house_style, new_figure, theme
from axone.training import ProgressCallback

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class _Run(NamedTuple):
    """What an optimiser led to: losses after each epoch, and what holds at the end."""

    rate: float | None
    losses: list[float]
    loss: float | None
    accuracy: float | None
    fresh_accuracy: float | None


@experiment
def optimizers(
    *,
    names: Contenders = (
        "gradient_descent",
        "sgd",
        "momentum",
        "nesterov",
        "adagrad",
        "rmsprop",
        "adam",
        "adamw",
    ),
    rate: OneRate = 0.0,
    epochs: Annotated[int, Knob(_("Epochs."), at_least=1, at_most=2000)] = 60,
    rows: RowCount = 400,
    units: Units = 32,
    target: Target = 0.1,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Train one network with each optimiser, from the same weights, on batches in the same order.

    Gradient descent and L-BFGS take all rows at once, a step an epoch; the others batches of 32.

    Parameters
    ----------
    names : tuple of 1 to 9 str
        Of the table of optimisers; "lbfgs" is left out by default.
    rate : float, default 0
        One learning rate for all. With 0 each has the one that suits it, found by trial on these
        rows: an optimiser is no better than its rate.
    epochs : int, default 60
    rows : int, default 400
        Of two spirals, and as many fresh ones.
    units : int, default 32
        tanh, of each of both hidden layers.
    target : float, default 0.1
        Cross-entropy of the training rows.
    seed : int, default 42
        Decides rows, weights and order.
    on_progress : callable, optional
        Told the share that is done.

    Returns
    -------
    Observation
        A row an optimiser: `optimizer`, `rate` (None of L-BFGS), `epochs_to_target` (None where it
        is not reached), and after the last epoch `loss`, `accuracy`, and `fresh_accuracy`, of fresh
        rows (None where the run diverged).

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.optimizers(names=("sgd", "lbfgs"), epochs=2)
    >>> seen.column("optimizer"), seen.column("rate")
    (['sgd', 'lbfgs'], [0.3, None])
    """
    distinct = tuple(dict.fromkeys(names))
    train, fresh = (spiral_rows(rows, each) for each in seeds_from(seed, 2))
    runs = {}
    for at, name in enumerate(distinct):
        optimizer = contender(name, rate)
        trainer = spiral_trainer(optimizer, units, seed)
        told = share_of(on_progress, at, len(distinct))
        # The training rows as validation rows: the loss of all of them after each epoch.
        result = trainer.fit(train, train, max_epochs=epochs, restore_best=False, on_progress=told)
        told(1.0)
        runs[name] = _Run(
            rate_of(optimizer),
            losses_of(result, "validation_loss"),
            *measured(trainer, result, train),
            measured(trainer, result, fresh)[1],
        )

    def draw() -> "Figure":
        return _draw(runs, rate, target)

    return Observation(
        name="optimizers",
        title=_("One network, and each optimiser"),
        columns=(
            Column("optimizer", _("optimiser")),
            Column("rate", _("η"), "g"),
            Column("epochs_to_target", _("epochs"), ","),
            Column("loss", _("loss"), ".3g"),
            Column("accuracy", _("accuracy"), ".1%"),
            Column("fresh_accuracy", _("fresh accuracy"), ".1%"),
        ),
        rows=tuple(
            (
                name,
                run.rate,
                first_at_most(run.losses, target),
                run.loss,
                run.accuracy,
                run.fresh_accuracy,
            )
            for name, run in runs.items()
        ),
        sentences=(_losses(runs), _arrivals(runs, target), _accuracies(runs)),
        settings={
            "names": names,
            "rate": rate,
            "epochs": epochs,
            "rows": rows,
            "units": units,
            "target": target,
            "seed": seed,
        },
        draw=draw,
    )


def _losses(runs: Mapping[str, _Run]) -> Message:
    ends = {name: run.loss for name, run in runs.items()}
    best, least = those_at(ends)
    worst, most = those_at(ends, max)
    lost = [name for name, end in ends.items() if end is None]
    if least is None or most is None:
        return _("Every run diverged: {lost}.", lost=listed(lost))
    if lost:
        return _(
            "At the end the loss is least with {best}, {least:.2g}; the run diverged with {lost}.",
            best=best,
            least=least,
            lost=listed(lost),
        )
    return _(
        "At the end the loss is least with {best}, {least:.2g}, and largest with {worst}, "
        "{most:.2g}.",
        best=best,
        least=least,
        worst=worst,
        most=most,
    )


def _arrivals(runs: Mapping[str, _Run], target: float) -> Message:
    reached = {name: first_at_most(run.losses, target) for name, run in runs.items()}
    first, fewest = those_at(dict(reached))
    never = [name for name, epoch in reached.items() if epoch is None]
    if fewest is None:
        return _("None reaches a loss of {target:g} in these epochs.", target=target)
    return _(
        "A loss of {target:g} is reached first with {first}, in epoch {epoch:,.0f}; in these "
        "epochs not at all with: {never}.",
        target=target,
        first=first,
        epoch=fewest,
        never=listed(never) or _("none"),
    )


def _accuracies(runs: Mapping[str, _Run]) -> Message:
    shares = {name: run.fresh_accuracy for name, run in runs.items()}
    best, most = those_at(shares, max)
    worst, least = those_at(shares)
    if most is None or least is None:
        return _("No run is left whose answers for fresh rows could be counted.")
    return _(
        "Of fresh rows {most:.1%} are right with {best}, and {least:.1%} with {worst}.",
        most=most,
        best=best,
        least=least,
        worst=worst,
    )


def _draw(runs: Mapping[str, _Run], rate: float, target: float) -> "Figure":
    with house_style():
        figure = new_figure(_("The loss by epoch, with each optimiser"))
        axes = figure.subplots()
        dress(axes)
        lines = [Line(_label(name, run), np.array(run.losses)) for name, run in runs.items()]
        draw_lines(axes, lines, log=True, top=10.0)
        axes.axhline(target, color=theme().ink, linewidth=0.8, linestyle=":")
        axes.set_xlabel(_("epoch"))
        axes.set_ylabel(_("cross-entropy of all rows"))
        add_note(
            figure,
            _("The same first weights and order of rows."),
            rates_told(rate),
            _("Dotted: the loss to reach, {target:g}.", target=target),
        )
    return figure


def _label(name: str, run: _Run) -> Message | str:
    return _("{name} (diverged)", name=name) if run.loss is None else name
