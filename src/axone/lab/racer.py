"""An optimiser in the race: its runs with several seeds, and what is measured of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from axone.lab.contenders import contender, rate_of, spiral_trainer
from axone.lab.training_runs import Rows, first_at_most, last_of, losses_of
from axone.training import fit_many

_TIMED = 3
"""Runs, the first ones, whose time is measured."""


@dataclass(frozen=True, eq=False)
class Racer:
    """What an optimiser did, over several seeds.

    Attributes
    ----------
    name : str
    rate : float, optional
    reached : list of int
        Epochs to the target, of the runs that reached it.
    milliseconds : float
        Of an epoch, as measured.
    losses : list of float
        At the end, of the runs that did not diverge.
    runs, diverged : int
    remembered : float
        Numbers that it remembers, for each weight.
    memory : int
        Bytes of them.
    """

    name: str
    rate: float | None
    reached: list[int]
    milliseconds: float
    losses: list[float]
    runs: int
    diverged: int
    remembered: float
    memory: int

    @property
    def failed(self) -> int:
        """Runs that diverged or did not reach the target."""
        return self.runs - len(self.reached)

    @property
    def epochs(self) -> float | None:
        """Epochs to the target, on average over the runs that reached it."""
        return float(np.mean(self.reached)) if self.reached else None

    @property
    def time(self) -> float | None:
        """Milliseconds to the target, likewise."""
        return None if self.epochs is None else self.epochs * self.milliseconds

    @property
    def loss(self) -> float | None:
        """At the end, on average."""
        return float(np.mean(self.losses)) if self.losses else None

    @property
    def spread(self) -> float | None:
        """Standard deviation of the losses at the end."""
        return float(np.std(self.losses)) if self.losses else None


def let_run(
    name: str,
    rate: float,
    units: int,
    seeds: Sequence[int],
    rows: Rows,
    epochs: int,
    target: float,
) -> Racer:
    """Train with an optimiser, once for each seed: for the time, and again for the losses.

    Parameters
    ----------
    name : str
    rate : float
        0 for the one that suits it.
    units : int
    seeds : sequence of int
    rows : pair of arrays
    epochs : int
    target : float
        The loss that is to be reached.
    """
    optimizer = contender(name, rate)
    trainers = [spiral_trainer(optimizer, units, seed) for seed in seeds]
    # The shortest of a few times: another process may have had the processor for a while.
    timed = [trainer.fit(rows, max_epochs=epochs) for trainer in trainers[:_TIMED]]
    # Once more with a look at all rows after each epoch, which takes its time.
    results = fit_many(trainers, rows, rows, max_epochs=epochs, restore_best=False)
    reached = [first_at_most(losses_of(each, "validation_loss"), target) for each in results]
    ends = [last_of(losses_of(each, "validation_loss"), diverged=each.diverged) for each in results]
    slots = results[0].final.state.slots.values()
    return Racer(
        name=name,
        rate=rate_of(optimizer),
        reached=[epoch for epoch in reached if epoch is not None],
        milliseconds=1000 * min(each.seconds / max(each.epochs, 1) for each in timed),
        losses=[end for end in ends if end is not None],
        runs=len(seeds),
        diverged=sum(result.diverged for result in results),
        remembered=sum(slot.size for slot in slots) / trainers[0].network.parameter_count,
        memory=sum(slot.nbytes for slot in slots),
    )
