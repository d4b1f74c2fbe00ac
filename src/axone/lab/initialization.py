"""Initial weights beside each other: how far signals reach in a deep network, and if it learns."""

import warnings
from collections.abc import Callable
from typing import Annotated

import numpy as np

from axone.arrays import FloatArray
from axone.data import load_dataset
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.initialization import GUESSING, Tried, draw_initialization
from axone.layers import Dense
from axone.messages import Message, _, _n, listed
from axone.network import Network
from axone.optimizers import SGD
from axone.plots.ideas.initializers import BEGINNINGS, Beginning, reach
from axone.training import ProgressCallback, Trainer

_ROWS, _NOISE = 200, 0.15
"""Of the noisy XOR that is learnt."""

_LEARNT = 0.98
"""Of the loss of guessing: what is not below has learnt nothing to speak of."""

_LOST = 1e-3
"""Of the gradient of the last layer: what is less at the first is lost."""


@experiment
def initialization(
    *,
    activation: Annotated[
        str, Knob(_("Activation of the layers."), choices=("tanh", "sigmoid", "relu"))
    ] = "tanh",
    depth: Annotated[int, Knob(_("Layers."), at_least=2, at_most=30)] = 10,
    width: Annotated[int, Knob(_("Units of each."), at_least=2, at_most=128)] = 64,
    rate: Annotated[float, Knob(_("Learning rate η."), above=0, at_most=1)] = 0.05,
    epochs: Annotated[int, Knob(_("Epochs of training."), at_least=1, at_most=500)] = 40,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Begin a deep network with zeros, small, large, Xavier's and He's weights, and train each.

    Before training 128 normal rows go forward through `depth` layers, and a normal gradient back;
    then a network of such layers with a sigmoid output learns a noisy XOR of 200 rows by plain
    gradient descent. Xavier's weights keep variances about a linear activation (Glorot & Bengio
    2010, equation 12), He's about a ReLU (He et al. 2015, equation 10).

    Parameters
    ----------
    activation : {"tanh", "sigmoid", "relu"}, default "tanh"
    depth : int, default 10
        Hidden layers.
    width : int, default 64
        Units of each.
    rate : float, default 0.05
    epochs : int, default 40
        On batches of 32 rows.
    seed : int, default 42
        Decides weights, rows and batches.
    on_progress : callable, optional
        Called with the share that is done.

    Returns
    -------
    Observation
        A row a beginning: `weights`, its name; the standard deviation of the activations of the
        first, the middle and the last layer, `first`, `middle` and `last`, and of δ = ∂L/∂z of the
        first, `delta`; `stuck`, the share of dead units (ReLU) or of saturated activations
        (sigmoid, tanh); the last training `loss`, infinite where training diverged.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.initialization(depth=3, width=8, epochs=1)
    >>> seen.column("last")[0]
    0.0
    """
    tried = []
    for number, beginning in enumerate(BEGINNINGS):
        found = reach(beginning.initializer, activation, depth=depth, width=width, seed=seed)
        network = _network(beginning, activation, depth, width)
        losses, diverged = _trained(
            network, rate, epochs, seed, _part(on_progress, number, len(BEGINNINGS))
        )
        tried.append(Tried(beginning, found, losses, diverged))
        if on_progress is not None:
            on_progress((number + 1) / len(BEGINNINGS))
    return Observation(
        name="initialization",
        title=_(
            "Initial weights: {depth} layers of {width} units, {activation}",
            depth=depth,
            width=width,
            activation=activation,
        ),
        columns=(
            Column("weights", _("weights")),
            Column("first", _("σ(a) first"), ".3g"),
            Column("middle", _("middle"), ".3g"),
            Column("last", _("last"), ".3g"),
            Column("delta", _("σ(δ) first"), ".3g"),
            Column("stuck", _("stuck"), ".0%"),
            Column("loss", _("loss"), ".4g"),
        ),
        rows=tuple(map(_row, tried)),
        sentences=(_forward(tried), _back(tried), _training(tried, epochs)),
        settings={
            "activation": activation,
            "depth": depth,
            "width": width,
            "rate": rate,
            "epochs": epochs,
            "seed": seed,
        },
        draw=lambda: draw_initialization(tried, activation),
    )


def _row(each: Tried) -> tuple[Message | float, ...]:
    spreads = each.reach.activations
    return (
        each.beginning.title,
        float(spreads[0]),
        float(spreads[(len(spreads) - 1) // 2]),
        float(spreads[-1]),
        float(each.reach.deltas[0]),
        float(each.reach.stuck.mean()),
        each.loss,
    )


def _network(beginning: Beginning, activation: str, depth: int, width: int) -> Network:
    initializer = beginning.initializer
    hidden = [Dense(width, activation, initializer=initializer) for _layer in range(depth)]
    return Network(*hidden, Dense(1, "sigmoid", initializer=initializer), input_shape=2)


def _part(
    on_progress: ProgressCallback | None, number: int, parts: int
) -> Callable[[float], None] | None:
    """Return what tells of the progress of one part among several."""
    if on_progress is None:
        return None
    return lambda share: on_progress((number + share) / parts)


def _trained(
    network: Network, rate: float, epochs: int, seed: int, on_progress: ProgressCallback | None
) -> tuple[FloatArray, bool]:
    """Return the training losses, and whether they ended because they were not finite."""
    data = load_dataset("xor", seed=seed, options={"rows": _ROWS, "noise": _NOISE})
    X = 2 * np.asarray(data.X, dtype=np.float64) - 1  # about 0
    trainer = Trainer(
        network, loss="binary_cross_entropy", optimizer=SGD(rate), seed=seed, measures=()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # units alike, dead units: this is what is shown
        result = trainer.fit((X, data.y), max_epochs=epochs, on_progress=on_progress)
    history = result.history
    losses = np.array(history["train_loss"]) if history.epochs else np.empty(0)
    return losses, result.diverged


def _forward(tried: list[Tried]) -> Message:
    alive = [each for each in tried if each.forward > 0]
    if not alive:
        return _("Forward nothing reaches the last layer, whatever the weights begin with.")
    best = min(alive, key=lambda each: abs(np.log(each.forward)))
    worst = max(alive, key=lambda each: abs(np.log(each.forward)))
    return _(
        "Of what reaches the last layer, the spread is kept best by {best}: × {factor:.2g} a layer "
        "with {stuck:.0%} stuck; it is changed most by {worst}: × {other:.2g} with {others:.0%} "
        "stuck.",
        best=best.beginning.title,
        factor=best.forward,
        stuck=float(best.reach.stuck.mean()),
        worst=worst.beginning.title,
        other=worst.forward,
        others=float(worst.reach.stuck.mean()),
    )


def _back(tried: list[Tried]) -> Message:
    alive = [each for each in tried if each.back > 0]
    if not alive:
        return _("Back nothing reaches the first layer, whatever the weights begin with.")
    best = min(alive, key=lambda each: abs(np.log(each.back)))
    # NaN where the last layer has no gradient either: nothing arrives.
    lost = [each.beginning.title for each in tried if not each.back >= _LOST]
    if not lost:
        return _(
            "Back the gradient δ of the first layer is nearest to that of the last with {best}, "
            "{share:.2g} of it; with none of them less than {lost:g} arrives.",
            best=best.beginning.title,
            share=best.back,
            lost=_LOST,
        )
    return _(
        "Back the gradient δ of the first layer is nearest to that of the last with {best}, "
        "{share:.2g} of it; less than {lost:g}, or none that is finite, arrives with {names}.",
        best=best.beginning.title,
        share=best.back,
        lost=_LOST,
        names=listed(lost),
    )


def _training(tried: list[Tried], epochs: int) -> Message:
    best = min(tried, key=lambda each: each.loss)
    in_all = _n("{count:,} epoch", "{count:,} epochs", epochs)
    none = [each.beginning.title for each in tried if each.loss >= _LEARNT * GUESSING]
    if len(none) == len(tried):
        return _(
            "After {epochs} every loss is at {share:.0%} of that of guessing, ln 2 = "
            "{guessing:.4f}, or above.",
            epochs=in_all,
            share=_LEARNT,
            guessing=GUESSING,
        )
    if none:
        return _(
            "After {epochs} none has a smaller loss than {best}, {loss:.3g}; at {share:.0%} of "
            "that of guessing, ln 2 = {guessing:.4f}, or above are {names}.",
            epochs=in_all,
            best=best.beginning.title,
            loss=best.loss,
            share=_LEARNT,
            guessing=GUESSING,
            names=listed(none),
        )
    return _(
        "After {epochs} none has a smaller loss than {best}, {loss:.3g}; all are below "
        "{share:.0%} of that of guessing, ln 2 = {guessing:.4f}.",
        epochs=in_all,
        best=best.beginning.title,
        loss=best.loss,
        share=_LEARNT,
        guessing=GUESSING,
    )
