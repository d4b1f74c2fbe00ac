"""Cells of recurrent layers: one step in time, from a vector and a state to the next state.

A cell knows nothing of time, rows of different length or masks; `axone.layers.recurrent` runs it
along a sequence. A new one is a class here or in a file of its own, and a row in the table.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NamedTuple

import numpy as np
from typing_extensions import TypeVar

from axone.arrays import FloatArray
from axone.bounds import MOST_UNITS
from axone.checks import check_integer
from axone.initializers import GlorotUniform, Zeros
from axone.layers.layer import AnyCache, LayerArrays, ParameterSpec
from axone.messages import _
from axone.registry import Registry

State = tuple[FloatArray, ...]
"""What a cell carries from step to step, arrays (m, units); the first is its output h."""

StepCache = TypeVar("StepCache", bound=AnyCache, default=Any)
"""The NamedTuple in which a step hands on what its backward step needs."""


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
    equation : str
        Of a step, for readers.
    """

    state_arrays: ClassVar[int] = 1
    equation: ClassVar[str]

    units: int

    def __post_init__(self) -> None:
        check_integer("units", self.units, at_least=1, at_most=MOST_UNITS)
        object.__setattr__(self, "units", int(self.units))

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


class RNNStepCache(NamedTuple):
    """xₜ, hₜ₋₁ and hₜ."""

    x: FloatArray
    before: FloatArray
    after: FloatArray


@dataclass(frozen=True)
class RNNCell(Cell[RNNStepCache]):
    """hₜ = tanh(W·xₜ + U·hₜ₋₁ + b) (Elman 1990).

    With δₜ = ∂L/∂hₜ ⊙ (1 − hₜ²): ∂L/∂W = Σₜ δₜ·xₜᵀ, ∂L/∂U = Σₜ δₜ·hₜ₋₁ᵀ, ∂L/∂b = Σₜ δₜ,
    ∂L/∂xₜ = Wᵀ·δₜ, ∂L/∂hₜ₋₁ = Uᵀ·δₜ. W is ``weight`` (units, features), U ``recurrent_weight``
    (units, units). PyTorch's two biases, of which only the sum counts, are one here.

    Parameters
    ----------
    units : int
        Length of h.
    """

    equation: ClassVar[str] = "hₜ = tanh(W·xₜ + U·hₜ₋₁ + b)"

    def parameters(self, features: int) -> tuple[ParameterSpec, ...]:
        units, glorot = self.units, GlorotUniform()
        return (
            ParameterSpec("weight", (units, features), glorot, features, units, penalised=True),
            ParameterSpec("recurrent_weight", (units, units), glorot, units, units, penalised=True),
            ParameterSpec("bias", (units,), Zeros(), features, units),
        )

    def step(
        self, parameters: LayerArrays, x: FloatArray, state: State
    ) -> tuple[State, RNNStepCache]:
        (before,) = state
        z = x @ parameters["weight"].T + before @ parameters["recurrent_weight"].T
        after = np.tanh(z + parameters["bias"])
        return (after,), RNNStepCache(x, before, after)

    def step_back(
        self, parameters: LayerArrays, cache: RNNStepCache, d_state: State
    ) -> tuple[FloatArray, State, dict[str, FloatArray]]:
        delta = d_state[0] * (1 - cache.after**2)
        gradients = {
            "weight": delta.T @ cache.x,
            "recurrent_weight": delta.T @ cache.before,
            "bias": delta.sum(axis=0),
        }
        dx = delta @ parameters["weight"]
        return dx, (delta @ parameters["recurrent_weight"],), gradients


CELLS: Registry[Cell] = Registry(_("cell"), {"rnn": RNNCell})
