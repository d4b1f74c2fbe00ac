"""The optimisers that are compared, each at a rate that suits it, and the network they train."""

from typing import Annotated

from axone.lab.knobs import Knob
from axone.layers import Dense
from axone.messages import Message, _
from axone.network import Network
from axone.optimizers import LBFGS, OPTIMIZERS, Optimizer
from axone.training import Trainer

BATCH = 32

SUITED = {
    "gradient_descent": 0.3,
    "sgd": 0.3,
    "momentum": 3.0,
    "nesterov": 0.3,
    "adagrad": 0.3,
    "rmsprop": 0.03,
    "adam": 0.1,
    "adamw": 0.03,
    "lbfgs": 0.0,
}
"""Of 0.003, 0.01, 0.03, 0.1, 0.3, 1 and 3 that with the least loss after 100 epochs on the rows of
seed 42, mean over eight seeds. L-BFGS finds the lengths of its steps itself."""

Contenders = Annotated[
    tuple[str, ...], Knob(_("Optimisers."), choices=tuple(SUITED), most=len(SUITED))
]

OneRate = Annotated[
    float,
    Knob(_("One learning rate for all; 0: each the one that suits it."), at_least=0, at_most=10),
]

Units = Annotated[int, Knob(_("Units of both hidden layers."), at_least=1, at_most=256)]

RowCount = Annotated[int, Knob(_("Training rows."), at_least=10, at_most=10_000)]

Target = Annotated[float, Knob(_("Loss to reach."), above=0, at_most=10)]


def contender(name: str, rate: float) -> Optimizer:
    """Return an optimiser by name.

    Parameters
    ----------
    name : str
        Of `SUITED`.
    rate : float
        0 for the one that suits it; L-BFGS takes none.

    Examples
    --------
    >>> contender("sgd", 0.0), contender("sgd", 0.5)
    (SGD(learning_rate=0.3), SGD(learning_rate=0.5))
    """
    if name == "lbfgs":
        return LBFGS()
    return OPTIMIZERS.resolve({"name": name, "learning_rate": rate or SUITED[name]})


def rate_of(optimizer: Optimizer) -> float | None:
    """Return the learning rate, None where an optimiser has none."""
    return optimizer.learning_rate if optimizer.stepwise else None


def spiral_trainer(optimizer: Optimizer, units: int, seed: int) -> Trainer:
    """Return what trains two hidden layers of tanh units on two classes of points in a plane."""
    network = Network(
        Dense(units, "tanh"), Dense(units, "tanh"), Dense(1, "sigmoid"), input_shape=2
    )
    return Trainer(
        network,
        loss="binary_cross_entropy",
        optimizer=optimizer,
        batch_size=BATCH,
        seed=seed,
        measures=(),
    )


def rates_told(rate: float) -> Message:
    """Say for a note at what rates they were."""
    if rate:
        return _("Learning rate of all: {rate:g} (L-BFGS has none).", rate=rate)
    return _("Each at a learning rate that suits it; L-BFGS has none.")
