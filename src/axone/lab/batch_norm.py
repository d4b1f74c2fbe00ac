"""A deep network with and without batch normalisation, at several learning rates."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import numpy as np

from axone.activations import ACTIVATIONS
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.labelled_lines import Line, draw_lines
from axone.lab.training_runs import (
    first_at_most,
    losses_of,
    measured,
    share_of,
    spiral_rows,
    those_at,
)
from axone.layers import Activation, BatchNorm, Dense, Layer
from axone.messages import Message, _, formatted
from axone.network import Network
from axone.optimizers import SGD
from axone.plots.style import add_note, dress, house_style, new_figure, theme
from axone.training import ProgressCallback, Trainer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BATCH = 32
_CHOICES = ("relu", "tanh", "sigmoid", "elu")


class _Run(NamedTuple):
    """A learning rate, with or without normalisation, and what it led to."""

    rate: float
    normalised: bool
    losses: list[float]
    loss: float | None
    accuracy: float | None

    def reached(self, target: float) -> int | None:
        """Return the first epoch after which the loss was at most `target`."""
        return first_at_most(self.losses, target)


@experiment
def batch_norm(
    *,
    rates: Annotated[
        tuple[float, ...], Knob(_("Learning rates η."), above=0, at_most=100, most=6)
    ] = (0.01, 0.1, 1.0, 3.0),
    depth: Annotated[int, Knob(_("Hidden layers."), at_least=1, at_most=20)] = 6,
    width: Annotated[int, Knob(_("Units of each layer."), at_least=1, at_most=128)] = 24,
    activation: Annotated[str, Knob(_("Of hidden layers."), choices=_CHOICES)] = "relu",
    epochs: Annotated[int, Knob(_("Epochs."), at_least=1, at_most=500)] = 40,
    rows: Annotated[int, Knob(_("Training rows."), at_least=10, at_most=5000)] = 400,
    target: Annotated[float, Knob(_("Loss to reach."), above=0, at_most=10)] = 0.4,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Train a deep network with and without batch normalisation, at several learning rates.

    Every hidden layer is Dense, BatchNorm, activation (Ioffe & Szegedy 2015), or the same without
    BatchNorm. Their scale taken out of activations, larger rates can be borne; a batch's own mean
    and variance add noise.

    Parameters
    ----------
    rates : tuple of 1 to 6 floats, default (0.01, 0.1, 1, 3)
        η of plain stochastic gradient descent, batches of 32.
    depth : int, default 6
        Hidden layers.
    width : int, default 24
    activation : {"relu", "tanh", "sigmoid", "elu"}, default "relu"
        Its own initialiser is used in both networks.
    epochs : int, default 40
    rows : int, default 400
        Of two spirals.
    target : float, default 0.4
        Cross-entropy of the training rows, by the running averages: a rate that reaches it learns.
    seed : int, default 42
        Decides rows, weights and order.
    on_progress : callable, optional
        Told the share that is done.

    Returns
    -------
    Observation
        Two rows a rate: `rate`, `batch_norm`, `epochs_to_target` (None where it is not reached),
        `loss` and `accuracy` at the end (None where the run diverged), `diverged`.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.batch_norm(rates=0.1, depth=2, epochs=1)
    >>> seen.column("rate"), seen.column("batch_norm")
    ([0.1, 0.1], [False, True])
    """
    train = spiral_rows(rows, seed)
    asked = [(rate, normalised) for rate in dict.fromkeys(rates) for normalised in (False, True)]
    runs = []
    for at, (rate, normalised) in enumerate(asked):
        trainer = Trainer(
            _network(depth, width, activation, normalised=normalised),
            loss="binary_cross_entropy",
            optimizer=SGD(rate),
            batch_size=_BATCH,
            seed=seed,
            measures=(),
        )
        told = share_of(on_progress, at, len(asked))
        result = trainer.fit(train, train, max_epochs=epochs, restore_best=False, on_progress=told)
        told(1.0)
        losses = losses_of(result, "validation_loss")
        runs.append(_Run(rate, normalised, losses, *measured(trainer, result, train)))

    def draw() -> "Figure":
        return _draw(runs, target)

    return Observation(
        name="batch-norm",
        title=_("A deep network with and without batch normalisation"),
        columns=(
            Column("rate", _("η"), "g"),
            Column("batch_norm", _("normalised")),
            Column("epochs_to_target", _("epochs")),
            Column("loss", _("loss"), ".3g"),
            Column("accuracy", _("accuracy"), ".1%"),
            Column("diverged", _("diverged")),
        ),
        rows=tuple(
            (
                run.rate,
                run.normalised,
                run.reached(target),
                run.loss,
                run.accuracy,
                run.loss is None,
            )
            for run in runs
        ),
        sentences=(_largest(runs, target), _first(runs, target), _least(runs)),
        settings={
            "rates": rates,
            "depth": depth,
            "width": width,
            "activation": activation,
            "epochs": epochs,
            "rows": rows,
            "target": target,
            "seed": seed,
        },
        draw=draw,
    )


def _network(depth: int, width: int, activation: str, *, normalised: bool) -> Network:
    suited = ACTIVATIONS.resolve(activation).initializer
    hidden: list[Layer] = []
    for _layer in range(depth):
        # BatchNorm has a bias of its own.
        hidden.append(Dense(width, initializer=suited, bias=not normalised))
        hidden += [BatchNorm()] if normalised else []
        hidden.append(Activation(activation))
    return Network(*hidden, Dense(1, "sigmoid"), input_shape=2)


def _parted(runs: Sequence[_Run]) -> tuple[list[_Run], list[_Run]]:
    """Return those without normalisation, and those with it."""
    without, normalised = (
        [run for run in runs if run.normalised is wanted] for wanted in (False, True)
    )
    return without, normalised


def _largest(runs: Sequence[_Run], target: float) -> Message:
    nobody = _("none")
    found = []
    for part in _parted(runs):
        learning = [run.rate for run in part if run.reached(target) is not None]
        found.append(formatted(max(learning), "g") if learning else nobody)
    return _(
        "The largest of these learning rates that reaches a loss of {target:g}, without batch "
        "normalisation: {without}; with it: {normalised}.",
        target=target,
        without=found[0],
        normalised=found[1],
    )


def _first(runs: Sequence[_Run], target: float) -> Message:
    told = []
    for part in _parted(runs):
        at, epoch = those_at(
            {formatted(run.rate, "g"): _as_float(run.reached(target)) for run in part}
        )
        told.append(
            _("never")
            if epoch is None
            else _("in epoch {epoch:,.0f} (η = {rates})", epoch=epoch, rates=at)
        )
    return _(
        "That loss is reached first, without batch normalisation: {without}; with it: "
        "{normalised}.",
        without=told[0],
        normalised=told[1],
    )


def _as_float(count: int | None) -> float | None:
    return None if count is None else float(count)


def _least(runs: Sequence[_Run]) -> Message:
    told = []
    for part in _parted(runs):
        at, loss = those_at({formatted(run.rate, "g"): run.loss for run in part})
        told.append(
            _("every run diverged")
            if loss is None
            else _("{loss:.3g} (η = {rates})", loss=loss, rates=at)
        )
    return _(
        "The least loss at the end, without batch normalisation: {without}; with it: {normalised}.",
        without=told[0],
        normalised=told[1],
    )


def _draw(runs: Sequence[_Run], target: float) -> "Figure":
    with house_style():
        figure = new_figure(
            _("The loss by epoch, without and with batch normalisation"), (9.0, 4.8)
        )
        panels = figure.subplots(1, 2, sharey=True)
        titles = _("Without"), _("With batch normalisation")
        parts = [
            [Line(_label(run), np.array(run.losses)) for run in part] for part in _parted(runs)
        ]
        for axes, lines, title in zip(panels, parts, titles, strict=True):
            dress(axes)
            draw_lines(axes, lines, log=True, top=10.0, beside=[*parts[0], *parts[1]])
            axes.axhline(target, color=theme().ink, linewidth=0.8, linestyle=":")
            axes.set_title(title)
            axes.set_xlabel(_("epoch"))
        panels[0].set_ylabel(_("cross-entropy of all rows"))
        add_note(figure, _("Dotted: the loss to reach, {target:g}.", target=target))
    return figure


def _label(run: _Run) -> Message:
    if run.loss is None:
        return _("η = {rate:g}: diverged", rate=run.rate)
    return _("η = {rate:g}", rate=run.rate)
