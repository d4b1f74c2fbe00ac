"""The contract of a cell: one step in time, from a vector and a state to the next state.

A cell knows nothing of time, rows of different length or masks; `axone.layers.recurrent` runs it
along a sequence. A new one is a file here, and a row in the table of `axone.layers.cells`.

A cell with gates keeps the weights of all of them in one array, gate below gate in PyTorch's order:
``weight`` is (gates·units, features), ``recurrent_weight`` (gates·units, units), ``bias``
(gates·units,). PyTorch's two biases, of which only the sum counts, are one here.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic

import numpy as np
from typing_extensions import TypeVar

from axone.arrays import FloatArray
from axone.bounds import MOST_UNITS
from axone.checks import check_integer
from axone.initializers import GlorotUniform, Initializer, Orthogonal, Stacked
from axone.layers.layer import AnyCache, LayerArrays, ParameterSpec
from axone.traced import Index, Traced, Working, joined, products

State = tuple[FloatArray, ...]
"""What a cell carries from step to step, arrays (m, units); the first is its output h."""

StepCache = TypeVar("StepCache", bound=AnyCache, default=Any)
"""The NamedTuple in which a step hands on what its backward step needs."""


Factors = tuple[FloatArray, FloatArray | None]
"""The δ of an array and what it met in a step."""


@dataclass(frozen=True)
class Cell(ABC, Generic[StepCache]):
    """One step of a recurrent layer with its derivative.

    Parameters
    ----------
    units : int
        Length of every array of the state, for one row.

    Attributes
    ----------
    state_arrays : int
        How many arrays the state has.
    gradient_equations : dict of str to str
        Of the gradient of every array, by its name, and of ``"x"``.
    """

    state_arrays: ClassVar[int] = 1
    gradient_equations: ClassVar[Mapping[str, str]] = {}

    units: int

    def __post_init__(self) -> None:
        check_integer("units", self.units, at_least=1, at_most=MOST_UNITS)
        object.__setattr__(self, "units", int(self.units))

    @property
    @abstractmethod
    def equation(self) -> str:
        """How h comes about, for readers."""

    @abstractmethod
    def parameters(self, features: int) -> tuple[ParameterSpec, ...]:
        """Return the arrays that the cell needs for vectors of so many features."""

    @abstractmethod
    def step(self, parameters: LayerArrays, x: FloatArray, state: State) -> tuple[State, StepCache]:
        """Return the next state, given x of shape (m, features), and what `step_back` needs."""

    @abstractmethod
    def step_back(
        self, parameters: LayerArrays, cache: StepCache, d_state: State
    ) -> tuple[FloatArray, State, dict[str, FloatArray]]:
        """Return ∂L/∂x, ∂L/∂(state before) and this step's share of every gradient.

        `d_state` is ∂L/∂(state after), of all that came later.
        """

    def trace(self, parameters: LayerArrays, cache: StepCache) -> tuple[Traced, ...]:
        """Name what a step computed on its way to h, arrays (m, units), in its order."""
        del parameters, cache
        return ()

    def state_working(self, parameters: LayerArrays, cache: StepCache, index: Index) -> Working:
        """Write how one cell of h, of index (row, unit), comes about; () where nobody says."""
        del parameters, cache, index
        return ()

    def factors(self, cache: StepCache, d_state: State) -> dict[str, Factors]:
        """Return of every array the δ and what it met, whose product is the step's gradient.

        Both are (m, …): the gradient is δᵀ·met, and Σ δ where met is None, as of a bias. Empty
        where nobody says.
        """
        del cache, d_state
        return {}

    def trace_back(
        self, parameters: LayerArrays, cache: StepCache, d_state: State
    ) -> tuple[Traced, ...]:
        """Name what the backward step computed before its gradients, arrays (m, units)."""
        del parameters, cache, d_state
        return ()


def gate_parameters(
    units: int, features: int, biases: Sequence[Initializer]
) -> tuple[ParameterSpec, ...]:
    """Return W, U and b, given where the bias of each gate starts.

    Every gate starts as if it were alone: W by Glorot's rule, U orthogonal, so that a state that is
    handed on keeps its length (Saxe, McClelland & Ganguli 2014).
    """
    rows, orthogonal = len(biases) * units, Stacked((Orthogonal(),) * len(biases))
    return (
        ParameterSpec("weight", (rows, features), GlorotUniform(), features, units, penalised=True),
        ParameterSpec("recurrent_weight", (rows, units), orthogonal, units, units, penalised=True),
        ParameterSpec("bias", (rows,), Stacked(tuple(biases)), features, units),
    )


GRADIENT_EQUATIONS: Mapping[str, str] = {
    "weight": "∂L/∂W = Σₜ δₜ·xₜᵀ",
    "recurrent_weight": "∂L/∂U = Σₜ δₜ·hₜ₋₁ᵀ",
    "bias": "∂L/∂b = Σₜ δₜ",
    "x": "∂L/∂xₜ = Wᵀ·δₜ",
}
"""Of W, U, b and x, whatever the gates are, given the δ of all of them below one another."""


def gate_factors(delta: FloatArray, cache: Any) -> dict[str, Factors]:
    """Return what W, U and b are multiplied with in a step, by the δ of all gates side by side."""
    return {
        "weight": (delta, cache.x),
        "recurrent_weight": (delta, cache.before),
        "bias": (delta, None),
    }


def shares_of(factors: Mapping[str, Factors]) -> dict[str, FloatArray]:
    """Return a step's gradients: δᵀ·met of each array."""
    return {
        name: delta.sum(axis=0) if met is None else delta.T @ met
        for name, (delta, met) in factors.items()
    }


def gate_working(parameters: LayerArrays, cache: Any, place: int, row: int) -> Working:
    """Write W·xₜ + U·hₜ₋₁ + b of one unit of a gate, by its place in the arrays of all gates."""
    return joined(
        products(parameters["weight"][place], cache.x[row]),
        products(parameters["recurrent_weight"][place], cache.before[row]),
        (float(parameters["bias"][place]),),
    )


def gates_of(stacked: FloatArray, units: int) -> list[FloatArray]:
    """Take (m, gates·units) apart: an array (m, units) a gate."""
    return np.split(stacked, stacked.shape[1] // units, axis=1)
