"""The recipe: everything that decides how a network is trained, but its rows and when to stop.

Which rows a step sees, in which order an epoch takes them and with what learning rates is decided
here once, for every engine.
"""

from dataclasses import dataclass, field

import numpy as np

from axone.arrays import DType, FloatArray, IntArray
from axone.augmentation import Augmentation, Augmenter, Axes
from axone.checks import check_choice, check_integer, check_seed, check_truth
from axone.engines.state import RunState
from axone.errors import ConfigurationError, DataError
from axone.losses import Loss
from axone.messages import _, _n
from axone.network import Network
from axone.optimizers import Optimizer
from axone.penalties import Clipping, Penalty
from axone.random import SHUFFLE, RandomStream
from axone.schedules import Clock, ConstantRate, Schedule

GRADIENT_NORM, DEAD_UNITS = "gradient_norm", "dead_units"
MEASURES = (GRADIENT_NORM, DEAD_UNITS)
"""What a recipe can ask to be measured, layer by layer, at the last step of every epoch: ‖∂L/∂W‖,
and the share of the layer's ReLU units that were 0 on every row."""


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
    drop_last : bool
        Whether an epoch leaves that smaller batch out. All rows at once are never left out.
    schedule, penalty, clipping
        See their rooms.
    augmentation : tuple of Augmentation
        What changes the training rows of every step, in this order.
    dtype : {"float32", "float64"}
    seed : int
        Of the shuffles, the masks, the noise and the augmentation.
    shuffle : bool
        Whether each epoch takes the rows in another order.
    measures : tuple of str
        Which of `MEASURES` an epoch's report holds; the others cost nothing.
    frozen : int
        So many layers, the first ones, learn nothing and run as at prediction: no gradient, no
        penalty, no decay, no dropout or noise, and batch norm keeps its averages.

    Raises
    ------
    ConfigurationError
        So many frozen layers that nothing is left to learn.
    ShapeError
        An augmentation that cannot change the network's examples.
    """

    network: Network
    loss: Loss
    optimizer: Optimizer
    batch_size: int = 32
    drop_last: bool = False
    schedule: Schedule = field(default_factory=ConstantRate)
    penalty: Penalty = field(default_factory=Penalty)
    clipping: Clipping = field(default_factory=Clipping)
    dtype: DType = "float32"
    seed: int = 0
    shuffle: bool = True
    measures: tuple[str, ...] = MEASURES
    augmentation: tuple[Augmentation, ...] = ()
    frozen: int = 0

    def __post_init__(self) -> None:
        check_integer("batch_size", self.batch_size, at_least=1)
        check_truth("drop_last", self.drop_last)
        check_seed(self.seed)
        check_truth("shuffle", self.shuffle)
        check_choice("dtype", self.dtype, ("float32", "float64"))
        # NumPy's whole numbers of eight bits know no larger ones, and engines compute with them.
        object.__setattr__(self, "batch_size", int(self.batch_size))
        object.__setattr__(self, "seed", int(self.seed))
        object.__setattr__(self, "shuffle", bool(self.shuffle))
        for measure in self.measures:
            check_choice("measures", measure, MEASURES)
        for each in self.augmentation:
            each.check(self.axes)
        self._check_frozen()

    def _check_frozen(self) -> None:
        """Refuse to freeze so many layers that nothing is left to learn."""
        check_integer("frozen", self.frozen, at_least=0)
        object.__setattr__(self, "frozen", int(self.frozen))
        layout, layers = self.network.layout, len(self.network.layers)
        if self.frozen and layout.size_before(self.frozen) == layout.size:
            raise ConfigurationError(
                _(
                    "frozen = {frozen} leaves nothing to learn: of {layers} the last with weights "
                    "is layer {last} ({kind}). Freeze at most {last}.",
                    frozen=self.frozen,
                    layers=_n("{count} layer", "{count} layers", layers),
                    last=max(layout.learning, default=0),
                    kind=self.network.layer_kind(max(layout.learning, default=0)),
                )
            )

    @property
    def frozen_size(self) -> int:
        """How many trainable numbers are frozen: the first ones of every flat vector."""
        return self.network.layout.size_before(self.frozen)

    @property
    def is_random(self) -> bool:
        """Whether two passes over the same rows in training differ: frozen layers draw nothing."""
        learning = self.network.layers[self.frozen :]
        return bool(self.augmentation) or any(layer.is_random for layer in learning)

    @property
    def axes(self) -> Axes:
        """What the axes of an example mean."""
        return Axes.of(self.network)

    @property
    def augmenter(self) -> Augmenter | None:
        """What changes the training rows of a step; None where nothing does."""
        if not self.augmentation:
            return None
        return Augmenter(self.augmentation, self.axes, self.seed)

    @property
    def full_batch(self) -> bool:
        """Whether every step sees all rows, whatever `batch_size` says."""
        return self.optimizer.full_batch

    def batch_rows(self, rows: int) -> int:
        """Return how many of `rows` rows a step sees, the last of an epoch perhaps fewer."""
        return rows if self.full_batch else min(self.batch_size, rows)

    def check_rows(self, rows: int) -> None:
        """Refuse rows that do not make one batch, where only whole batches are learnt from.

        PyTorch's loader would give no batch of them, and a run that learns nothing is no run.

        Raises
        ------
        DataError
            There are fewer rows than a batch has.
        """
        if self.drop_last and not self.full_batch and rows < self.batch_size:
            raise DataError(
                _(
                    "drop_last leaves nothing to learn from: the only batch, of {rows} rows, is "
                    "smaller than batch_size {batch_size}. Give more rows, a batch_size of at most "
                    "{rows}, or drop_last=False.",
                    rows=rows,
                    batch_size=self.batch_size,
                )
            )

    def steps(self, rows: int) -> int:
        """Return how many steps an epoch of `rows` rows makes: 10 of 7000 rows in batches of 700.

        At least one: fewer rows than a batch are one batch of themselves, if they are not refused.
        """
        size = self.batch_rows(rows)
        return rows // size if self.drop_last else -(-rows // size)

    def rows_learnt(self, rows: int) -> int:
        """Return how many of `rows` rows an epoch learns from."""
        return min(rows, self.steps(rows) * self.batch_rows(rows))

    def order(self, epoch: int, rows: int) -> IntArray:
        """Return the rows in the order in which an epoch takes them, 0 being the first epoch.

        All of them, those that `drop_last` leaves out at the end.

        The one place where it is decided: compiled engines draw the same permutation from the same
        stream.
        """
        if not self.shuffle or self.full_batch:
            return np.arange(rows)
        return RandomStream.from_seed(self.seed).child(SHUFFLE, epoch).permutation(rows)

    def rates(self, state: RunState, epochs: int, rows: int, max_epochs: int) -> FloatArray:
        """Return the learning rate of every step of the next epochs, (epochs, steps).

        Parameters
        ----------
        state : RunState
            At the beginning of the first of them, or within it.
        epochs : int
        rows, max_epochs : int
            The extent of the run.
        """
        steps, learnt = self.steps(rows), self.rows_learnt(rows)
        if isinstance(self.schedule, ConstantRate):
            return np.full((epochs, steps), state.learning_rate)
        clocks = (
            Clock(epoch, steps, max_epochs, learnt, state.losses)
            for epoch in range(state.epoch, state.epoch + epochs)
        )
        factors = np.stack([self.schedule.factors(clock) for clock in clocks])
        # A setting may have been a fraction, and a schedule of the user's own may return anything.
        return state.learning_rate * factors.astype(np.float64, copy=False)
