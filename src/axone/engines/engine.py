"""What an engine is: it compiles a network with its loss and optimiser into a program that trains.

A program runs whole epochs. Python enters it once an epoch, at most; every engine draws the same
shuffles and masks and returns the same reports, so that any one can be checked against any other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Protocol

import numpy as np

from axone.arrays import DType, FloatArray, IntArray
from axone.checks import check_choice, check_integer
from axone.losses import Loss
from axone.network import Network
from axone.optimizers import LBFGS, Optimizer
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty
from axone.schedules import ConstantRate, Schedule


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network is trained, apart from its data and when to stop.

    Parameters
    ----------
    network : Network
    loss : Loss
    optimizer : Optimizer or LBFGS
    batch_size : int
        Rows of a step; the last batch of an epoch may be smaller.
    schedule, penalty, clipping
        See their rooms.
    dtype : {"float32", "float64"}
    seed : int
        Of the shuffles, the masks and the noise.
    shuffle : bool
        Whether each epoch takes the rows in another order.
    """

    network: Network
    loss: Loss
    optimizer: Optimizer | LBFGS
    batch_size: int = 32
    schedule: Schedule = field(default_factory=ConstantRate)
    penalty: Penalty = field(default_factory=Penalty)
    clipping: Clipping = field(default_factory=Clipping)
    dtype: DType = "float32"
    seed: int = 0
    shuffle: bool = True

    def __post_init__(self) -> None:
        check_integer("batch_size", self.batch_size, at_least=1)
        check_integer("seed", self.seed, at_least=0)
        check_choice("dtype", self.dtype, ("float32", "float64"))

    @property
    def full_batch(self) -> bool:
        """Whether every step sees all rows, whatever `batch_size` says."""
        return isinstance(self.optimizer, LBFGS) or self.optimizer.full_batch


@dataclass
class EpochTotals:
    """Sums over the batches of an epoch, from which its report is made.

    Attributes
    ----------
    loss : float
        Σ of the rows' losses times their weights, as each batch stood before its step.
    penalty : float
        Σ of the batches' penalties times their rows.
    weight, rows : float
        Σ of the rows' weights, and the number of rows.
    hits : list of float
        Right answers, or squared errors of each output: see `Loss.hits`.
    """

    loss: float = 0.0
    penalty: float = 0.0
    weight: float = 0.0
    rows: int = 0
    hits: list[float] = field(default_factory=list)


@dataclass
class RunState:
    """Where a training run stands: with the recipe and the data, all that its future depends on.

    Attributes
    ----------
    parameters : Parameters
    slots : dict of str to array
        The optimiser's vectors by name.
    epoch, batch, step : int
        Epochs completed, batches completed of the epoch begun, updates made in all.
    totals : EpochTotals
        What the epoch begun has added up so far.
    losses : list of float
        The training loss of every completed epoch, for the schedules.
    """

    parameters: Parameters
    slots: dict[str, FloatArray]
    epoch: int = 0
    batch: int = 0
    step: int = 0
    totals: EpochTotals = field(default_factory=EpochTotals)
    losses: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class EpochReport:
    """What one epoch of training showed.

    Attributes
    ----------
    epoch : int
        1 for the first.
    step : int
        Updates made since the start of the run.
    loss : float
        Mean loss of the rows as training met them, penalties apart.
    penalty : float
        Mean penalty of the batches.
    hits : tuple of float
        Right answers, or squared errors of each output, over `rows` rows.
    rows : int
    learning_rate : float
        Of the epoch's last step.
    gradient_norms : tuple of float
        ‖∂L/∂W‖ of each layer at the epoch's last step; 0 for a layer without weights.
    dead_shares : tuple of float
        Share of each layer's ReLU units that were 0 on all rows of the epoch's last step.
    """

    epoch: int
    step: int
    loss: float
    penalty: float
    hits: tuple[float, ...]
    rows: int
    learning_rate: float
    gradient_norms: tuple[float, ...]
    dead_shares: tuple[float, ...]


@dataclass(frozen=True)
class EpochReports:
    """What some epochs in a row showed, as columns: a small network makes thousands a second.

    Attributes
    ----------
    epoch, step, loss, penalty, rows, learning_rate : array of shape (n_epochs,)
        See `EpochReport`.
    hits : array of shape (n_epochs, n_hits)
    gradient_norms, dead_shares : array of shape (n_epochs, n_layers)
    """

    epoch: IntArray
    step: IntArray
    loss: FloatArray
    penalty: FloatArray
    rows: IntArray
    learning_rate: FloatArray
    hits: FloatArray
    gradient_norms: FloatArray
    dead_shares: FloatArray

    @classmethod
    def of(cls, report: EpochReport) -> "EpochReports":
        """Return the columns of a single epoch."""
        values = vars(report)
        return cls(**{name: np.asarray([value]) for name, value in values.items()})

    def __len__(self) -> int:
        return len(self.epoch)

    def __iter__(self) -> Iterator[EpochReport]:
        names = [field.name for field in fields(self)]
        columns = [getattr(self, name).tolist() for name in names]
        for values in zip(*columns, strict=True):
            row = dict(zip(names, values, strict=True))
            row |= {name: tuple(v) for name, v in row.items() if isinstance(v, list)}
            yield EpochReport(**row)


@dataclass(frozen=True)
class Divergence:
    """A batch whose loss or gradient was not finite; no step was made on it.

    Attributes
    ----------
    epoch, batch : int
        Where it happened, counted from 1.
    rows : array of int
        The rows of the batch.
    loss : float
    """

    epoch: int
    batch: int
    rows: IntArray
    loss: float


Outcome = Divergence | None
"""How `run_epochs` ended: diverged, or as it was asked to."""


class Program(Protocol):
    """A network compiled with its recipe."""

    recipe: Recipe

    def start(self, parameters: Parameters) -> RunState:
        """Return the state of a run that begins with these weights, which it takes over."""

    def run_epochs(
        self,
        state: RunState,
        X: FloatArray,
        target: FloatArray,
        weight: FloatArray | None,
        max_epochs: int,
        after_epochs: Callable[[EpochReports], bool],
        interrupted: Callable[[], bool],
        epochs_per_call: int = 1,
    ) -> Outcome:
        """Train on, in place, from where `state` stands until `max_epochs` are completed.

        Parameters
        ----------
        X, target : arrays of m rows
            In the recipe's dtype; the target as `Loss.prepare` gives it.
        weight : array of shape (m,), optional
            Of the rows; all alike if left out.
        after_epochs : callable
            Given the reports of the epochs since it was called last; True ends the run.
        interrupted : callable
            Asked between batches, if not between all of them; True ends the run there, to be
            continued later.
        epochs_per_call : int
            How many epochs may pass before `after_epochs` must be called.
        """

    def predict(self, parameters: Parameters, X: FloatArray) -> FloatArray:
        """Return ŷ for all rows, nothing random."""

    def evaluate(
        self, parameters: Parameters, X: FloatArray, target: FloatArray, weight: FloatArray | None
    ) -> tuple[float, FloatArray]:
        """Return the mean loss, penalties apart, and ŷ, nothing random."""

    def loss_and_gradient(
        self,
        parameters: Parameters,
        X: FloatArray,
        target: FloatArray,
        weight: FloatArray | None,
        step: int,
    ) -> tuple[float, Parameters]:
        """Return the loss of one batch, penalty included, and its unclipped gradient.

        `step` (from 1) chooses the dropout masks.
        """


class Engine(Protocol):
    """A way to run networks."""

    name: str

    def compile(self, recipe: Recipe) -> Program:
        """Return a program for this recipe.

        Raises
        ------
        ConfigurationError
            Something in the recipe is beyond this engine.
        """
