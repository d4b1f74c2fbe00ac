"""What an engine is: it compiles a recipe into a plan, whose sessions train.

A plan never changes, so that any number of threads may use it at once; what a run changes belongs
to its session. Python enters a session once for many epochs, if nobody asks to be told sooner;
every engine draws the same shuffles and masks and returns the same reports, so that any one can be
checked against any other.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal, Protocol

import numpy as np

from axone.arrays import BoolArray, DType, FloatArray, IntArray
from axone.checks import check_choice, check_integer
from axone.data.examples import Examples
from axone.errors import ConfigurationError
from axone.losses import Loss
from axone.network import Network
from axone.optimizers import Optimizer
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty
from axone.random import SHUFFLE, RandomStream
from axone.schedules import Clock, ConstantRate, Schedule

GRADIENT_NORM, DEAD_UNITS = "gradient_norm", "dead_units"
MEASURES = (GRADIENT_NORM, DEAD_UNITS)
"""What a recipe can ask to be measured, layer by layer, at the last step of every epoch: ‖∂L/∂W‖,
and the share of the layer's ReLU units that were 0 on every row."""


class UnsupportedError(ConfigurationError):
    """A recipe that an engine cannot carry out: its `obstacles` say why."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network is trained, apart from its data and when to stop.

    Parameters
    ----------
    network : Network
    loss : Loss
    optimizer : Optimizer
    batch_size : int
        Rows of a step; the last batch of an epoch may be smaller.
    schedule, penalty, clipping
        See their rooms.
    dtype : {"float32", "float64"}
    seed : int
        Of the shuffles, the masks and the noise.
    shuffle : bool
        Whether each epoch takes the rows in another order.
    measures : tuple of str
        Which of `MEASURES` an epoch's report holds; the others cost nothing.
    """

    network: Network
    loss: Loss
    optimizer: Optimizer
    batch_size: int = 32
    schedule: Schedule = field(default_factory=ConstantRate)
    penalty: Penalty = field(default_factory=Penalty)
    clipping: Clipping = field(default_factory=Clipping)
    dtype: DType = "float32"
    seed: int = 0
    shuffle: bool = True
    measures: tuple[str, ...] = MEASURES

    def __post_init__(self) -> None:
        check_integer("batch_size", self.batch_size, at_least=1)
        check_integer("seed", self.seed, at_least=0)
        check_choice("dtype", self.dtype, ("float32", "float64"))
        for measure in self.measures:
            check_choice("measures", measure, MEASURES)

    @property
    def full_batch(self) -> bool:
        """Whether every step sees all rows, whatever `batch_size` says."""
        return self.optimizer.full_batch

    def batch_rows(self, rows: int) -> int:
        """Return how many of `rows` rows a step sees, the last of an epoch perhaps fewer."""
        return rows if self.full_batch else min(self.batch_size, rows)

    def order(self, epoch: int, rows: int) -> IntArray:
        """Return the rows in the order in which an epoch takes them, 0 being the first epoch.

        The one place where it is decided: compiled engines draw the same permutation from the same
        stream.
        """
        if not self.shuffle or self.full_batch:
            return np.arange(rows)
        return RandomStream.from_seed(self.seed).child(SHUFFLE, epoch).permutation(rows)

    def rates(
        self, learning_rate: float, epoch: int, rows: int, max_epochs: int, losses: Sequence[float]
    ) -> FloatArray:
        """Return the learning rate of every step of an epoch.

        Parameters
        ----------
        learning_rate : float
            Before the schedule: `RunState.learning_rate`.
        epoch : int
            0 for the first.
        rows, max_epochs : int
            The extent of the run.
        losses : sequence of float
            The training loss of every epoch before.
        """
        steps = -(-rows // self.batch_rows(rows))
        clock = Clock(epoch, steps, max_epochs, rows, losses)
        return learning_rate * self.schedule.factors(clock)


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
    learning_rate : float
        Before the schedule: the optimiser's, unless it was changed on the way.
    epoch, batch, step : int
        Epochs completed, batches completed of the epoch begun, updates made in all.
    totals : EpochTotals
        What the epoch begun has added up so far.
    losses : list of float
        The training loss of every completed epoch, for the schedules.
    """

    parameters: Parameters
    slots: dict[str, FloatArray]
    learning_rate: float
    epoch: int = 0
    batch: int = 0
    step: int = 0
    totals: EpochTotals = field(default_factory=EpochTotals)
    losses: list[float] = field(default_factory=list)

    @classmethod
    def beginning(cls, parameters: Parameters, optimizer: Optimizer) -> "RunState":
        """Return the state of a run that has made no step; it takes the weights over."""
        slots = {name: np.zeros_like(parameters.vector) for name in optimizer.slots}
        return cls(parameters, slots, float(optimizer.learning_rate))

    def copy(self) -> "RunState":
        """Return the same state with arrays and lists of its own."""
        return dataclasses.replace(
            self,
            parameters=self.parameters.copy(),
            slots={name: vector.copy() for name, vector in self.slots.items()},
            totals=dataclasses.replace(self.totals, hits=list(self.totals.hits)),
            losses=list(self.losses),
        )

    def go_back(self, earlier: "RunState") -> None:
        """Stand again where `earlier` was copied; in place, because others hold the arrays."""
        self.parameters.vector[...] = earlier.parameters.vector
        self.parameters.buffers[...] = earlier.parameters.buffers
        for name, vector in earlier.slots.items():
            self.slots[name][...] = vector
        self.learning_rate = earlier.learning_rate
        self.epoch, self.batch, self.step = earlier.epoch, earlier.batch, earlier.step
        self.totals = dataclasses.replace(earlier.totals, hits=list(earlier.totals.hits))
        self.losses = list(earlier.losses)


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
        ‖∂L/∂W‖ of each layer at the epoch's last step, 0 for a layer without weights; empty unless
        the recipe measures `GRADIENT_NORM`.
    dead_shares : tuple of float
        Share of each layer's ReLU units that were 0 on all rows of the epoch's last step; empty
        unless the recipe measures `DEAD_UNITS`.
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
        Without columns where the recipe does not measure them.
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
    def of(cls, reports: Sequence[EpochReport]) -> "EpochReports":
        """Return the columns of some epochs, perhaps of none."""
        if not reports:
            several = ("hits", "gradient_norms", "dead_shares")
            shapes = {each.name: (0, 0) if each.name in several else (0,) for each in fields(cls)}
            return cls(**{name: np.empty(shape) for name, shape in shapes.items()})
        return cls(
            **{
                each.name: np.asarray([getattr(report, each.name) for report in reports])
                for each in fields(cls)
            }
        )

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
        Of the batch; finite if only the gradient is not.
    what : {"loss", "gradient"}
        The first of the two that was not finite.
    """

    epoch: int
    batch: int
    rows: IntArray
    loss: float
    what: Literal["loss", "gradient"] = "loss"


@dataclass(frozen=True)
class Lap:
    """What one `Session.advance` did.

    Attributes
    ----------
    reports : EpochReports
        Of the epochs completed; perhaps of none.
    divergence : Divergence or None
        Where it ended, if a batch could not be learnt from.
    converged : bool
        Whether the optimiser found that there is nothing left to gain: only one that is not
        stepwise can tell.
    """

    reports: EpochReports
    divergence: Divergence | None = None
    converged: bool = False


def never() -> bool:
    """Say that nobody interrupts."""
    return False


class Session(Protocol):
    """A training run under way. It owns its scratch memory; it alone moves `state`, in place."""

    state: RunState

    def advance(
        self,
        *,
        epochs: int = 1,
        steps: int | None = None,
        interrupted: Callable[[], bool] = never,
    ) -> Lap:
        """Train on from where `state` stands.

        A batch whose loss or gradient is not finite is not learnt from: `state` stands as it did
        before it, and the lap says which batch it was.

        Parameters
        ----------
        epochs : int
            How many epochs to complete, the one begun included; the run's last is the last.
        steps : int, optional
            How many steps to make at most.
        interrupted : callable
            Asked between batches, if not between all of them; True ends the lap there, to be
            continued later.
        """

    def close(self) -> None:
        """Let go of the scratch memory; the session cannot be used afterwards."""


class Plan(Protocol):
    """A recipe compiled. It never changes, and any number of threads may use it at once."""

    recipe: Recipe

    def start(self, parameters: Parameters) -> RunState:
        """Return the state of a run that begins with these weights, which it takes over."""

    def session(self, state: RunState, examples: Examples, max_epochs: int) -> Session:
        """Return a run that goes on from `state`.

        Parameters
        ----------
        state : RunState
            Changed in place as the run goes on; its arrays are of the recipe's dtype.
        examples : Examples
            The rows to learn from, X in the recipe's dtype.
        max_epochs : int
            The run's last epoch, counted from its very start; schedules are laid out over it.
        """

    def predict(
        self, parameters: Parameters, X: FloatArray, mask: BoolArray | None = None
    ) -> FloatArray:
        """Return ŷ for all rows, nothing random."""

    def evaluate(self, parameters: Parameters, examples: Examples) -> tuple[float, FloatArray]:
        """Return the mean loss, penalties apart, and ŷ, nothing random."""

    def loss_and_gradient(
        self, parameters: Parameters, examples: Examples, step: int
    ) -> tuple[float, Parameters]:
        """Return the loss of one batch, penalty included, and its unclipped gradient.

        `step` (from 1) chooses the dropout masks.
        """


class Engine(Protocol):
    """A way to run networks."""

    name: str

    def obstacles(self, recipe: Recipe) -> tuple[str, ...]:
        """Say what in the recipe is beyond this engine, a sentence each; nothing if it is able."""

    def compile(self, recipe: Recipe) -> Plan:
        """Return the plan of this recipe.

        Raises
        ------
        UnsupportedError
            There are `obstacles`.
        """


def refuse_obstacles(engine: Engine, recipe: Recipe) -> None:
    """Raise UnsupportedError if the engine cannot carry the recipe out."""
    obstacles = engine.obstacles(recipe)
    if obstacles:
        raise UnsupportedError(" ".join(obstacles))
