"""Schedules: what the learning rate is multiplied by at each step of a run.

A schedule is a pure function of where the run stands, so that a resumed run needs no memory of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.bounds import DEEPEST_DESCRIPTION
from axone.checks import check_integer, check_number
from axone.errors import ConfigurationError
from axone.messages import _
from axone.registry import Registry


@dataclass(frozen=True)
class Clock:
    """Where a run stands as an epoch begins.

    Parameters
    ----------
    epoch : int
        Epochs completed, 0 at the start.
    steps_per_epoch, max_epochs, rows : int
        The extent of the run; `rows` is the number of rows that an epoch learns from.
    losses : sequence of float
        The training loss of every completed epoch.
    """

    epoch: int
    steps_per_epoch: int
    max_epochs: int
    rows: int
    losses: Sequence[float] = ()

    @property
    def total_steps(self) -> int:
        """The steps that the run makes if no rule stops it."""
        return self.max_epochs * self.steps_per_epoch

    @property
    def steps(self) -> FloatArray:
        """The numbers of this epoch's steps, the run's first being 0."""
        return self.epoch * self.steps_per_epoch + np.arange(self.steps_per_epoch)


@dataclass(frozen=True)
class Schedule(ABC):
    """The course of the learning rate over a run."""

    @abstractmethod
    def factors(self, clock: Clock) -> FloatArray:
        """Return what multiplies the learning rate, one number for each step of the epoch."""

    @property
    def follows_losses(self) -> bool:
        """Whether an epoch's factors wait for the losses of those before.

        An engine may ask for the factors of many epochs at once where they do not.
        """
        return True


class Foreseeable(Schedule):
    """A schedule that never reads `Clock.losses`."""

    @property
    def follows_losses(self) -> bool:
        return False


def _whole_epoch(factor: float, clock: Clock) -> FloatArray:
    # A factor may be a whole number of any size, of which NumPy would make an array of objects.
    return np.full(clock.steps_per_epoch, factor, np.float64)


@dataclass(frozen=True)
class ConstantRate(Foreseeable):
    """The same learning rate throughout."""

    def factors(self, clock: Clock) -> FloatArray:
        return _whole_epoch(1.0, clock)


@dataclass(frozen=True)
class InverseScaling(Foreseeable):
    """η/(t + 1)^power, t the rows seen when the epoch begins: scikit-learn's "invscaling"."""

    power: float = 0.5

    def __post_init__(self) -> None:
        check_number("power", self.power, above=0)

    def factors(self, clock: Clock) -> FloatArray:
        return _whole_epoch((clock.epoch * clock.rows + 1) ** -float(self.power), clock)


@dataclass(frozen=True)
class Adaptive(Schedule):
    """Divide by `divisor` whenever the training loss has stopped falling, down to `minimum`·η.

    Parameters
    ----------
    divisor : float, default 5
        scikit-learn's.
    patience : int, default 5
        Divided once more than this many epochs in a row have failed to improve.
    tolerance : float, default 1e-4
        An epoch improves when its loss is lower than the best by more than this.
    minimum : float, default 1e-3
        No factor below it: a learning rate of nearly zero only looks like convergence.
    """

    divisor: float = 5.0
    patience: int = 5
    tolerance: float = 1e-4
    minimum: float = 1e-3

    def __post_init__(self) -> None:
        check_number("divisor", self.divisor, above=1)
        check_integer("patience", self.patience, at_least=1)
        check_number("tolerance", self.tolerance, at_least=0)
        check_number("minimum", self.minimum, at_least=0)

    def factors(self, clock: Clock) -> FloatArray:
        factor, best, waited = 1.0, np.inf, 0
        for loss in clock.losses:
            waited = waited + 1 if loss > best - self.tolerance else 0
            best = min(best, loss)
            if waited > self.patience:
                factor, waited = factor / self.divisor, 0
        return _whole_epoch(max(factor, self.minimum), clock)


@dataclass(frozen=True)
class StepDecay(Foreseeable):
    """Multiply by `factor` every `every` epochs."""

    every: int = 10
    factor: float = 0.5

    def __post_init__(self) -> None:
        check_integer("every", self.every, at_least=1)
        check_number("factor", self.factor, above=0, at_most=1)

    def factors(self, clock: Clock) -> FloatArray:
        return _whole_epoch(self.factor ** (clock.epoch // self.every), clock)


@dataclass(frozen=True)
class Exponential(Foreseeable):
    """Multiply by `factor` every epoch."""

    factor: float = 0.95

    def __post_init__(self) -> None:
        check_number("factor", self.factor, above=0, at_most=1)

    def factors(self, clock: Clock) -> FloatArray:
        return _whole_epoch(self.factor**clock.epoch, clock)


@dataclass(frozen=True)
class Cosine(Foreseeable):
    """From 1 down to `minimum` along half a cosine over the run (Loshchilov & Hutter 2017)."""

    minimum: float = 0.0

    def __post_init__(self) -> None:
        check_number("minimum", self.minimum, at_least=0, at_most=1)

    def factors(self, clock: Clock) -> FloatArray:
        return _cosine(1.0, self.minimum, clock.steps / clock.total_steps)


def _cosine(start: float, end: float, share: FloatArray) -> FloatArray:
    """Half a cosine from `start` to `end` as `share` goes from 0 to 1."""
    return end + (start - end) * (1 + np.cos(np.pi * share)) / 2


@dataclass(frozen=True)
class Warmup(Schedule):
    """Rise linearly over the first epochs, then follow another schedule (Goyal et al. 2017).

    Parameters
    ----------
    epochs : int, default 5
        Step t of T warm-up steps has factor (t + 1)/T.
    after : schedule, default "constant"
        Its factors multiply, counted from the start of the run.
    """

    epochs: int = 5
    after: "Schedule | str | Mapping[str, Any]" = field(default_factory=ConstantRate)

    def __post_init__(self) -> None:
        check_integer("epochs", self.epochs, at_least=1)
        object.__setattr__(self, "after", SCHEDULES.resolve(self.after))
        depth, within = 1, self._resolved
        while isinstance(within, Warmup):
            depth, within = depth + 1, within._resolved
        if depth > DEEPEST_DESCRIPTION:
            raise ConfigurationError(
                _(
                    "Warm-ups within one another {depth} deep: at most {most} are allowed.",
                    depth=depth,
                    most=DEEPEST_DESCRIPTION,
                )
            )

    @property
    def _resolved(self) -> Schedule:
        assert isinstance(self.after, Schedule)  # noqa: S101 — resolved on creation
        return self.after

    @property
    def follows_losses(self) -> bool:
        return self._resolved.follows_losses

    def factors(self, clock: Clock) -> FloatArray:
        rise = (clock.steps + 1) / (self.epochs * clock.steps_per_epoch)
        return np.minimum(rise, 1.0) * self._resolved.factors(clock)


@dataclass(frozen=True)
class OneCycle(Foreseeable):
    """Up to η and down to almost nothing, both along cosines (Smith & Topin 2018).

    Parameters
    ----------
    rise : float, default 0.3
        The share of the run spent rising.
    start : float, default 0.04
        The first factor; it ends ten thousand times lower, PyTorch's values.
    """

    rise: float = 0.3
    start: float = 0.04

    def __post_init__(self) -> None:
        check_number("rise", self.rise, above=0, below=1)
        check_number("start", self.start, above=0, at_most=1)

    def factors(self, clock: Clock) -> FloatArray:
        last = max(clock.total_steps - 1, 1)
        peak = min(max(self.rise * clock.total_steps - 1, 1e-9), last - 1e-9)
        up = _cosine(self.start, 1.0, np.clip(clock.steps / peak, 0, 1))
        share = (clock.steps - peak) / (last - peak)
        down = _cosine(1.0, self.start * 1e-4, np.clip(share, 0, 1))
        return np.where(clock.steps <= peak, up, down)


SCHEDULES: Registry[Schedule] = Registry(
    _("schedule"),
    {
        "constant": ConstantRate,
        "inverse_scaling": InverseScaling,
        "adaptive": Adaptive,
        "step": StepDecay,
        "exponential": Exponential,
        "cosine": Cosine,
        "warmup": Warmup,
        "one_cycle": OneCycle,
    },
    aliases={"invscaling": "inverse_scaling"},
)
