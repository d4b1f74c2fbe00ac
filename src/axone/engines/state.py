"""Where a run stands and what it shows: the state that a session moves, and its reports.

With the recipe and the rows, the state is all that a run's future depends on.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

import numpy as np

from axone.arrays import FloatArray, IntArray
from axone.optimizers import Optimizer
from axone.parameters import Parameters


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
        Right answers, or squared errors of each output, by the rows' weights: see `Loss.hits`.
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
        What the optimiser remembers, by name: `Optimizer.fresh_slots`.
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
        slots = optimizer.fresh_slots(parameters.vector)
        return cls(parameters, slots, float(optimizer.learning_rate))

    def copy(self) -> "RunState":
        """Return the same state with arrays and lists of its own."""
        return self._copied(list(self.losses))

    def _copied(self, losses: list[float]) -> "RunState":
        return dataclasses.replace(
            self,
            parameters=self.parameters.copy(),
            slots={name: vector.copy() for name, vector in self.slots.items()},
            totals=dataclasses.replace(self.totals, hits=list(self.totals.hits)),
            losses=losses,
        )

    def copy_to_go_back(self) -> "RunState":
        """Return a copy for `go_back`, of which the losses are this state's own: they only grow."""
        return self._copied(self.losses)

    def go_back(self, earlier: "RunState") -> None:
        """Stand again where `earlier` was copied; in place, because others hold the arrays."""
        completed_since = self.epoch - earlier.epoch
        self.parameters.vector[...] = earlier.parameters.vector
        self.parameters.buffers[...] = earlier.parameters.buffers
        for name, vector in earlier.slots.items():
            self.slots[name][...] = vector
        self.learning_rate = earlier.learning_rate
        self.epoch, self.batch, self.step = earlier.epoch, earlier.batch, earlier.step
        self.totals = dataclasses.replace(earlier.totals, hits=list(earlier.totals.hits))
        if earlier.losses is self.losses:
            del self.losses[len(self.losses) - completed_since :]
        else:
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
        Right answers, or squared errors of each output, of all rows, each by its weight.
    weight : float
        Σ of the rows' weights: their number where all count alike.
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
    weight: float
    rows: int
    learning_rate: float
    gradient_norms: tuple[float, ...]
    dead_shares: tuple[float, ...]


@dataclass(frozen=True)
class EpochReports:
    """What some epochs in a row showed, as columns: a small network makes thousands a second.

    Attributes
    ----------
    epoch, step, loss, penalty, weight, rows, learning_rate : array of shape (n_epochs,)
        See `EpochReport`.
    hits : array of shape (n_epochs, n_hits)
    gradient_norms, dead_shares : array of shape (n_epochs, n_layers)
        Without columns where the recipe does not measure them.
    """

    epoch: IntArray
    step: IntArray
    loss: FloatArray
    penalty: FloatArray
    weight: FloatArray
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

    @classmethod
    def joined(cls, parts: Sequence["EpochReports"]) -> "EpochReports":
        """Return the columns of several rows of epochs, one after the other."""
        if len(parts) < 2:
            return parts[0] if parts else cls.of(())
        return cls(
            **{
                each.name: np.concatenate([getattr(part, each.name) for part in parts])
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
    """A batch whose loss, gradient or averages were not finite; no step was made on it.

    Attributes
    ----------
    epoch, batch : int
        Where it happened, counted from 1.
    rows : array of int
        The rows of the batch.
    loss : float
        Of the batch; finite if only the gradient or the averages are not.
    what : {"loss", "gradient", "averages"}
        The first of them that was not finite; the averages are the running ones of batch norm.
    """

    epoch: int
    batch: int
    rows: IntArray
    loss: float
    what: Literal["loss", "gradient", "averages"] = "loss"


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
