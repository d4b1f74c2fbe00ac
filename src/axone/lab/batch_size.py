"""Batches of one row, of some and of all: steps, noise and time of an epoch, and the loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.labelled_lines import Line, draw_lines
from axone.lab.training_runs import (
    Rows,
    first_at_most,
    last_of,
    losses_of,
    share_of,
    those_at,
    xor_rows,
)
from axone.layers import Dense
from axone.messages import Message, _, _n, all_of, formatted, listed
from axone.network import Network
from axone.optimizers import SGD
from axone.plots.style import add_note, dress, house_style, new_figure, theme
from axone.training import ProgressCallback, Trainer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NOISE = 0.4
_TIMED, _TIMES = 10, 3
"""Epochs whose time is measured, without the look at all rows after each, and how often."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What batches of one size led to.

    Attributes
    ----------
    size : int
        Rows of a batch.
    steps : int
        Of an epoch.
    losses : list of float
        Of all rows, after each epoch; fewer than epochs where the run diverged.
    accuracy : float, optional
        Share of the rows that are right at the end; None where the run diverged.
    milliseconds : float
        Of an epoch.
    diverged : bool
    """

    size: int
    steps: int
    losses: list[float]
    accuracy: float | None
    milliseconds: float
    diverged: bool

    def reached(self, target: float) -> int | None:
        """Return the first epoch after which the loss was at most `target`."""
        return first_at_most(self.losses, target)

    @property
    def noise(self) -> float | None:
        """By how much the loss rose from epoch to epoch, on average over the second half.

        Epochs in which it fell count as 0.
        """
        changes = np.diff(self.losses[len(self.losses) // 2 :])
        if self.diverged or not changes.size or not np.isfinite(changes).all():
            return None
        return float(np.maximum(changes, 0).mean())


@experiment
def batch_size(
    *,
    sizes: Annotated[
        tuple[int, ...], Knob(_("Rows of a batch; 0 for all."), at_least=0, at_most=10_000)
    ] = (1, 32, 0),
    rate: Annotated[float, Knob(_("Learning rate η."), above=0, at_most=10)] = 0.5,
    epochs: Annotated[int, Knob(_("Epochs."), at_least=2, at_most=2000)] = 100,
    rows: Annotated[int, Knob(_("Training rows."), at_least=10, at_most=10_000)] = 400,
    units: Annotated[int, Knob(_("Hidden units."), at_least=1, at_most=256)] = 16,
    target: Annotated[float, Knob(_("Loss to reach."), above=0, at_most=10)] = 0.2,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Train one network by stochastic, mini-batch and batch gradient descent, at one rate.

    All begin at the same weights. The gradient of a batch of b rows is that of all rows and a noise
    whose standard deviation falls like 1/√b (Robbins & Monro 1951; Bottou, Curtis & Nocedal 2018,
    section 3): small batches make more steps an epoch, each less sure of its way.

    Parameters
    ----------
    sizes : tuple of 1 to 8 int, default (1, 32, 0)
        Rows of a batch; 0, or more than there are, for all.
    rate : float, default 0.5
    epochs : int, default 100
    rows : int, default 400
        Of noisy XOR.
    units : int, default 16
        tanh, of the one hidden layer.
    target : float, default 0.2
        Cross-entropy of all rows.
    seed : int, default 42
        Decides rows, weights and order.
    on_progress : callable, optional
        Told the share that is done.

    Returns
    -------
    Observation
        A row a size: `size`, `steps` of an epoch, `epochs_to_target` and `steps_to_target` (None
        where it is not reached), `noise` (the mean rise of the loss from epoch to epoch, second
        half), `milliseconds` of an epoch as measured, `loss` and `accuracy` of all rows at the end
        (None where the run diverged).

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> ax.lab.batch_size(epochs=5).column("steps")
    [400, 13, 1]
    """
    drawn = xor_rows(rows, _NOISE, seed)
    distinct = tuple(dict.fromkeys(min(size or rows, rows) for size in sizes))
    outcomes = [
        _outcome(size, rate, epochs, units, seed, drawn, share_of(on_progress, at, len(distinct)))
        for at, size in enumerate(distinct)
    ]

    def draw() -> "Figure":
        return _draw(outcomes, rows, target)

    return Observation(
        name="batch-size",
        title=_("All rows at once, mini-batches and single rows"),
        columns=(
            Column("size", _("batch"), ","),
            Column("steps", _("steps/epoch"), ","),
            Column("epochs_to_target", _("epochs"), ","),
            Column("steps_to_target", _("steps"), ","),
            Column("noise", _("noise"), ".2g"),
            Column("milliseconds", _("ms/epoch"), ".3g"),
            Column("loss", _("loss"), ".3g"),
            Column("accuracy", _("accuracy"), ".1%"),
        ),
        rows=tuple(_row(each, target) for each in outcomes),
        sentences=(_steps(outcomes, rows), _arrivals(outcomes, target), _noise(outcomes)),
        settings={
            "sizes": sizes,
            "rate": rate,
            "epochs": epochs,
            "rows": rows,
            "units": units,
            "target": target,
            "seed": seed,
        },
        draw=draw,
    )


def _outcome(
    size: int,
    rate: float,
    epochs: int,
    units: int,
    seed: int,
    rows: Rows,
    on_progress: ProgressCallback,
) -> Outcome:
    trainer = Trainer(
        Network(Dense(units, "tanh"), Dense(1, "sigmoid"), input_shape=2),
        loss="binary_cross_entropy",
        optimizer=SGD(rate),
        batch_size=size,
        seed=seed,
        measures=(),
    )
    timed = [trainer.fit(rows, max_epochs=min(epochs, _TIMED)) for _time in range(_TIMES)]
    # The training rows as validation rows: the loss of all of them with the weights of one moment.
    fitted = trainer.fit(rows, rows, max_epochs=epochs, restore_best=False, on_progress=on_progress)
    on_progress(1.0)
    accuracies = losses_of(fitted, "validation_accuracy")
    return Outcome(
        size,
        -(-len(rows[1]) // size),
        losses_of(fitted, "validation_loss"),
        last_of(accuracies, diverged=fitted.diverged),
        1000 * min(each.seconds / max(each.epochs, 1) for each in timed),
        fitted.diverged,
    )


def _row(outcome: Outcome, target: float) -> tuple[int | float | None, ...]:
    reached = outcome.reached(target)
    return (
        outcome.size,
        outcome.steps,
        reached,
        None if reached is None else reached * outcome.steps,
        outcome.noise,
        outcome.milliseconds,
        last_of(outcome.losses, diverged=outcome.diverged),
        outcome.accuracy,
    )


def _steps(outcomes: Sequence[Outcome], rows: int) -> Message:
    told = []
    for each in outcomes:
        steps = _n("{count:,} step", "{count:,} steps", each.steps)
        told.append(_("{steps} with batches of {size:,}", steps=steps, size=each.size))
    return _("An epoch of {rows:,} rows has {told}.", rows=rows, told=listed(told))


def _arrivals(outcomes: Sequence[Outcome], target: float) -> Message:
    epochs: dict[str, float | None] = {
        formatted(each.size, ","): each.reached(target) for each in outcomes
    }
    steps: dict[str, float | None] = {
        formatted(each.size, ","): None if found is None else found * each.steps
        for each, found in zip(outcomes, epochs.values(), strict=True)
    }
    by_epochs, fewest_epochs = those_at(epochs)
    by_steps, fewest_steps = those_at(steps)
    if fewest_epochs is None or fewest_steps is None:
        return _("No batches lead to a loss of {target:g} in these epochs.", target=target)
    return _(
        "A loss of {target:g} is reached in the fewest epochs, {epochs:,.0f}, with batches of "
        "{by_epochs}, and in the fewest steps, {steps:,.0f}, with batches of {by_steps}.",
        target=target,
        epochs=fewest_epochs,
        by_epochs=by_epochs,
        steps=fewest_steps,
        by_steps=by_steps,
    )


def _noise(outcomes: Sequence[Outcome]) -> Message:
    noises: dict[str, float | None] = {formatted(each.size, ","): each.noise for each in outcomes}
    lost = [formatted(each.size, ",") for each in outcomes if each.diverged]
    loudest, most = those_at(noises, max)
    calmest, least = those_at(noises)
    if most is None or least is None:
        return _(
            "Of no run can the noise be told; batches with which it diverged: {lost}.",
            lost=listed(lost) or _("none"),
        )
    if lost:
        return _(
            "The run diverged with batches of {lost}; of the others the loss rises most, in the "
            "second half of the epochs, with batches of {loudest}: by {most:.2g} an epoch on "
            "average.",
            lost=all_of(lost),
            loudest=loudest,
            most=most,
        )
    if most == least:
        return _(
            "In the second half of the epochs the loss rises by {most:.2g} an epoch on average "
            "with batches of {sizes}.",
            sizes=loudest,
            most=most,
        )
    return _(
        "In the second half of the epochs the loss rises most with batches of {loudest}, by "
        "{most:.2g} an epoch on average, and least with batches of {calmest}, by {least:.2g}.",
        loudest=loudest,
        most=most,
        calmest=calmest,
        least=least,
    )


def _draw(outcomes: Sequence[Outcome], rows: int, target: float) -> "Figure":
    with house_style():
        figure = new_figure(_("The loss by epoch, for batches of several sizes"))
        axes = figure.subplots()
        dress(axes)
        lines = [Line(_label(each, rows), np.array(each.losses)) for each in outcomes]
        draw_lines(axes, lines, log=True, top=10.0)
        axes.axhline(target, color=theme().ink, linewidth=0.8, linestyle=":")
        axes.set_xlabel(_("epoch"))
        axes.set_ylabel(_("cross-entropy of all rows"))
        add_note(
            figure,
            _("Dotted: the loss to reach, {target:g}.", target=target),
            _("All begin at the same weights and have the same learning rate."),
        )
    return figure


def _label(outcome: Outcome, rows: int) -> Message:
    if outcome.size == rows:
        return _("all {rows:,} rows", rows=rows)
    return _n("{count:,} row", "{count:,} rows", outcome.size)
