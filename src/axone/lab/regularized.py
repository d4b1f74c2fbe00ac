"""A network that is too large for its rows, trained with dropout, with L2, or without."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.lab.training_runs import Rows, losses_of, measured, share_of
from axone.layers import Dense, Dropout, Layer
from axone.messages import Message
from axone.network import Network
from axone.optimizers import Adam
from axone.parameters import Parameters
from axone.training import ProgressCallback, Trainer

_LEARNING_RATE, _BATCH = 0.01, 20


@dataclass(frozen=True, eq=False)
class Case:
    """A way to regularise, and what it led to.

    Attributes
    ----------
    title : Message
    network : Network
    parameters : Parameters
        At the end.
    train, validation : list of float
        Losses after each epoch, without dropout and penalty.
    train_loss, validation_loss, accuracy : float, optional
        At the end, the accuracy of the test rows; None where the run diverged.
    """

    title: Message
    network: Network
    parameters: Parameters
    train: list[float]
    validation: list[float]
    train_loss: float | None
    validation_loss: float | None
    accuracy: float | None

    @property
    def gap(self) -> float | None:
        """Return by how much the validation loss is above that of training."""
        if self.train_loss is None or self.validation_loss is None:
            return None
        return self.validation_loss - self.train_loss

    @property
    def norm(self) -> float | None:
        """Return √ΣW² of all weights, biases apart."""
        if self.train_loss is None:
            return None
        weights = [self.parameters[name] for name in self.parameters if name.endswith("weight")]
        return float(np.sqrt(sum(np.sum(np.square(each, dtype=np.float64)) for each in weights)))


def train_with(
    title: Message,
    dropped: float,
    l2: float,
    units: int,
    epochs: int,
    seed: int,
    rows: Sequence[Rows],
    on_progress: ProgressCallback,
) -> Case:
    """Train the network on few rows, regularised in one way.

    Parameters
    ----------
    title : Message
    dropped : float
        The rate of dropout.
    l2 : float
    units, epochs, seed : int
    rows : sequence of three pairs of arrays
        Of training, of validation and of the test.
    on_progress : callable
    """
    # At a rate of 0 a dropout layer does nothing: so all networks draw the same first weights.
    layers: list[Layer] = []
    for _layer in range(2):
        layers += [Dense(units, "relu"), Dropout(dropped)]
    network = Network(*layers, Dense(1, "sigmoid"), input_shape=2)
    trainer = Trainer(
        network,
        loss="binary_cross_entropy",
        optimizer=Adam(_LEARNING_RATE),
        batch_size=_BATCH,
        l2=l2,
        seed=seed,
        measures=(),
    )
    train, validation, test = rows
    # Twice the same run, looked at with other rows: the history's own training loss has dropout and
    # changing weights in it.
    options: dict[str, Any] = {"max_epochs": epochs, "restore_best": False}
    again = trainer.fit(train, train, on_progress=share_of(on_progress, 0, 2), **options)
    fitted = trainer.fit(train, validation, on_progress=share_of(on_progress, 1, 2), **options)
    on_progress(1.0)
    return Case(
        title,
        network,
        fitted.final.state.parameters,
        losses_of(again, "validation_loss"),
        losses_of(fitted, "validation_loss"),
        measured(trainer, fitted, train)[0],
        measured(trainer, fitted, validation)[0],
        measured(trainer, fitted, test)[1],
    )
