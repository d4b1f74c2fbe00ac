"""A decision boundary as it is learnt: what a network answers over a plane, epoch by epoch."""

from collections.abc import Sequence

import numpy as np

from axone.activations import ACTIVATIONS
from axone.arrays import FloatArray
from axone.checks import check_choice, check_integer, check_number, check_seed, checked_sizes
from axone.data import load_dataset
from axone.layers import Dense
from axone.messages import _
from axone.network import Network
from axone.optimizers import Adam
from axone.plots.animations.animation import Animation
from axone.plots.animations.learnt import Learnt, animate_learnt, shown_epochs
from axone.plots.networks.plane import Plane
from axone.training import Trainer

DATASETS = ("moons", "circles", "spirals", "three_spirals", "blobs", "xor")

MOST_FRAMES = 75
MOST_LAYERS = 5
MOST_UNITS = 128
MOST_EPOCHS = 5000

_ROWS, _TRAINED = 400, 300
"""How many rows are made, and how many of them are trained on; the others are for validation."""

_NOISE = {"xor": 0.15, "circles": 0.08}
"""Of the sets whose own noise is another."""

_GRID = 121
_MARGIN = 0.12


def animate_boundary(
    dataset: str = "moons",
    *,
    hidden: Sequence[int] = (16, 16),
    activation: str = "tanh",
    rate: float = 0.01,
    epochs: int = 100,
    frames: int = 48,
    seed: int = 0,
) -> Animation:
    """Train a network on a generated set of two features, and watch its boundary take shape.

    Adam, batches of 32, cross-entropy; 300 rows are trained on, standardised, and 100 are for
    validation. Early epochs, which change most, are shown more closely than late ones.

    Parameters
    ----------
    dataset : {"moons", "circles", "spirals", "three_spirals", "blobs", "xor"}, default "moons"
    hidden : sequence of int, default (16, 16)
        Units of the hidden layers; none for a network that can only draw straight lines.
    activation : str, default "tanh"
        Of the hidden layers.
    rate : float, default 0.01
        Adam's η.
    epochs : int, default 100
        Spirals need some 300.
    frames : int, default 48
        At most; 75 at most, or the file grows beyond 5 MB.
    seed : int, default 0
        Of the rows, the weights and the batches.

    Returns
    -------
    Animation

    Raises
    ------
    ConfigurationError, ArgumentTypeError, UnknownNameError
        A setting out of bounds, or an unknown set or activation.

    Examples
    --------
    >>> from axone.plots import animate_boundary
    >>> animate_boundary("xor", hidden=[4], epochs=5).frames
    6
    """
    check_choice("dataset", dataset, DATASETS)
    sizes = checked_sizes("hidden", hidden)
    check_integer(_("the number of hidden layers"), len(sizes), at_least=0, at_most=MOST_LAYERS)
    for units in sizes:
        check_integer(_("units of a hidden layer"), units, at_least=1, at_most=MOST_UNITS)
    ACTIVATIONS.resolve(activation)
    check_number("rate", rate, above=0, at_most=1e3)
    check_integer("epochs", epochs, at_least=1, at_most=MOST_EPOCHS)
    check_integer("frames", frames, at_least=2, at_most=MOST_FRAMES)
    check_seed(seed)
    title = _("{name}: the decision boundary as it is learnt", name=dataset)
    return animate_learnt(_learnt(dataset, sizes, activation, rate, epochs, frames, seed), title)


def _learnt(
    dataset: str,
    hidden: Sequence[int],
    activation: str,
    rate: float,
    epochs: int,
    frames: int,
    seed: int,
) -> Learnt:
    """Train, and ask the network over the plane after the epochs that are shown."""
    noise = {"noise": _NOISE[dataset]} if dataset in _NOISE else {}
    made = load_dataset(dataset, seed=seed, options={"rows": _ROWS, **noise})
    rows = np.asarray(made.X, dtype=np.float64)
    x = (rows - rows[:_TRAINED].mean(axis=0)) / rows[:_TRAINED].std(axis=0)
    y = np.asarray(made.y)
    classes = int(y.max()) + 1
    layers = [Dense(units, activation) for units in hidden]
    network = Network(*layers, Dense(classes, "softmax"), input_shape=2)
    trainer = Trainer(network, loss="categorical_cross_entropy", optimizer=Adam(rate), seed=seed)
    run = trainer.start(
        (x[:_TRAINED], y[:_TRAINED]), (x[_TRAINED:], y[_TRAINED:]), max_epochs=epochs
    )
    wanted = set(shown_epochs(epochs, frames))
    kept = {0: run.state.parameters.copy()}
    for event in run:
        if event.epoch in wanted:
            kept[event.epoch] = event.parameters.copy()
        history = event.history
    plane = _plane(x)
    grid = np.stack(np.meshgrid(plane.x, plane.y), axis=-1).reshape(-1, 2)

    def asked(at: FloatArray) -> list[FloatArray]:
        return [network.predict(parameters, at) for parameters in kept.values()]

    return Learnt(
        plane,
        y,
        np.stack(asked(grid)).reshape(len(kept), _GRID, _GRID, classes),
        np.stack(asked(x)).argmax(axis=2),
        tuple(kept),
        np.asarray(history["train_loss"]),
        np.asarray(history["validation_loss"]),
        tuple(str(_("class {label}", label=label)) for label in range(classes)),
        (str(_("x₁, standardised")), str(_("x₂, standardised"))),
        (
            _(
                "{trained} rows are trained on, {others} are for validation.",
                trained=_TRAINED,
                others=_ROWS - _TRAINED,
            ),
        ),
    )


def _plane(x: FloatArray) -> Plane:
    low, high = x.min(axis=0), x.max(axis=0)
    margin = _MARGIN * (high - low)
    across, up = (
        np.linspace(low[axis] - margin[axis], high[axis] + margin[axis], _GRID) for axis in (0, 1)
    )
    return Plane(across, up, x)
