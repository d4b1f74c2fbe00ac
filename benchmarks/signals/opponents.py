"""Who trains these networks: Axone's compiled engine, PyTorch eager and compiled, and JAX.

Each makes a `Program` of a workload. What a library may keep from one fit to the next, compiled
steps above all, is made with it, and neither it nor the preparation of rows is timed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.opponents import OPPONENTS
from benchmarks.signals.workloads import Recurrent, SignalWorkload

if TYPE_CHECKING:
    from benchmarks.signals.workloads import Weights
    from benchmarks.workloads import Rows

RATES = {"adam": 1e-3, "sgd": 1e-2}
"""Learning rates by optimiser; Adam's β₁ is 0.9, β₂ 0.999 and ε 1e-8."""


@dataclass(frozen=True)
class Program:
    """A library's training of one workload, from the same weights every time.

    Attributes
    ----------
    fit : callable
        A whole fit, its rows shuffled every epoch: what is timed.
    first_losses : callable
        The mean training loss of each epoch of `SignalWorkload.beginning`, of the rows in their
        order: what all must agree on.
    """

    fit: Callable[[], object]
    first_losses: Callable[[], list[float]]


def _always(_workload: SignalWorkload) -> bool:
    return True


@dataclass(frozen=True)
class SignalOpponent:
    """A library and how it is used.

    Attributes
    ----------
    name : str
    library : str
        Its name among `benchmarks.opponents.OPPONENTS`.
    prepare : callable
        A workload, its rows and initial weights to a `Program`.
    can_train : callable
        Whether it can train a workload.
    """

    name: str
    library: str
    prepare: "Callable[[SignalWorkload, Rows, Weights], Program]"
    can_train: Callable[[SignalWorkload], bool] = _always

    @property
    def available(self) -> bool:
        """Whether it is installed, and for the compiled engine, built."""
        return OPPONENTS[self.library].available


def _prepare_axone(workload: SignalWorkload, rows: "Rows", weights: "Weights") -> Program:
    from benchmarks.signals.with_axone import prepare

    return prepare(workload, rows, weights)


def _prepare_pytorch(workload: SignalWorkload, rows: "Rows", weights: "Weights") -> Program:
    from benchmarks.signals.with_pytorch import prepare

    return prepare(workload, rows, weights)


def _prepare_compiled_pytorch(
    workload: SignalWorkload, rows: "Rows", weights: "Weights"
) -> Program:
    from benchmarks.signals.with_pytorch import prepare

    return prepare(workload, rows, weights, compiled=True)


def _prepare_jax(workload: SignalWorkload, rows: "Rows", weights: "Weights") -> Program:
    from benchmarks.signals.with_jax import prepare

    return prepare(workload, rows, weights)


def _has_no_lstm(workload: SignalWorkload) -> bool:
    """PyTorch trains LSTMs by oneDNN, whose layer its compiler does not know (of 2.13).

    Without oneDNN it compiles them into steps that are slower than those that are not compiled.
    """
    return not any(
        isinstance(layer, Recurrent) and layer.cell == "LSTM" for layer in workload.layers
    )


SIGNAL_OPPONENTS = {
    opponent.name: opponent
    for opponent in (
        SignalOpponent("axone", "axone", _prepare_axone),
        SignalOpponent("pytorch", "pytorch", _prepare_pytorch),
        SignalOpponent("torch.compile", "pytorch", _prepare_compiled_pytorch, _has_no_lstm),
        SignalOpponent("jax", "jax", _prepare_jax),
    )
}
