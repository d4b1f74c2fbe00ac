"""The plain recurrent cell: the next state is an activation of the vector and the state before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_choice
from axone.initializers import Zeros
from axone.layers.cells.cell import (
    GRADIENT_EQUATIONS,
    Cell,
    Factors,
    State,
    gate_factors,
    gate_parameters,
    gate_working,
    shares_of,
)
from axone.layers.layer import LayerArrays, ParameterSpec
from axone.traced import Index, Traced, Working


class RNNStepCache(NamedTuple):
    """xₜ, hₜ₋₁ and hₜ."""

    x: FloatArray
    before: FloatArray
    after: FloatArray


@dataclass(frozen=True)
class RNNCell(Cell[RNNStepCache]):
    """hₜ = σ(W·xₜ + U·hₜ₋₁ + b), σ the hyperbolic tangent (Elman 1990) or ReLU (Le et al. 2015).

    With δₜ = ∂L/∂hₜ ⊙ σ′, where tanh′ = 1 − hₜ² and relu′ = 1(hₜ > 0): ∂L/∂W = Σₜ δₜ·xₜᵀ,
    ∂L/∂U = Σₜ δₜ·hₜ₋₁ᵀ, ∂L/∂b = Σₜ δₜ, ∂L/∂xₜ = Wᵀ·δₜ, ∂L/∂hₜ₋₁ = Uᵀ·δₜ. W is ``weight`` (units,
    features), U ``recurrent_weight`` (units, units), b ``bias`` (units,).

    Parameters
    ----------
    units : int
        Length of h.
    activation : {"tanh", "relu"}, default "tanh"
        σ. A state of ReLUs can grow from step to step without end.
    """

    gradient_equations: ClassVar[Mapping[str, str]] = GRADIENT_EQUATIONS

    activation: str = "tanh"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("activation", self.activation, ("tanh", "relu"))

    @property
    def equation(self) -> str:
        return f"hₜ = {self.activation}(W·xₜ + U·hₜ₋₁ + b)"

    def parameters(self, features: int) -> tuple[ParameterSpec, ...]:
        return gate_parameters(self.units, features, [Zeros()])

    def step(
        self, parameters: LayerArrays, x: FloatArray, state: State
    ) -> tuple[State, RNNStepCache]:
        (before,) = state
        z = x @ parameters["weight"].T + before @ parameters["recurrent_weight"].T
        z += parameters["bias"]
        after = np.tanh(z) if self.activation == "tanh" else np.maximum(z, 0)
        return (after,), RNNStepCache(x, before, after)

    def step_back(
        self, parameters: LayerArrays, cache: RNNStepCache, d_state: State
    ) -> tuple[FloatArray, State, dict[str, FloatArray]]:
        delta = self._delta(cache, d_state)
        dx = delta @ parameters["weight"]
        gradients = shares_of(gate_factors(delta, cache))
        return dx, (delta @ parameters["recurrent_weight"],), gradients

    def factors(self, cache: RNNStepCache, d_state: State) -> dict[str, Factors]:
        return gate_factors(self._delta(cache, d_state), cache)

    def state_working(self, parameters: LayerArrays, cache: RNNStepCache, index: Index) -> Working:
        row, unit = index
        function = "tanh(" if self.activation == "tanh" else "max(0, "
        return (function, *gate_working(parameters, cache, unit, row), ")")

    def trace_back(
        self, parameters: LayerArrays, cache: RNNStepCache, d_state: State
    ) -> tuple[Traced, ...]:
        slope = "(1 − hₜ²)" if self.activation == "tanh" else "1(hₜ > 0)"

        def of_delta(index: Index) -> Working:
            h = float(cache.after[index])
            slopes: Working = ("(1 − ", h, "²)") if self.activation == "tanh" else (float(h > 0),)
            return (float(d_state[0][index]), "·", *slopes)

        delta = self._delta(cache, d_state)
        return (Traced("δ", f"δₜ = ∂L/∂hₜ ⊙ {slope}", delta, of_delta),)

    def _delta(self, cache: RNNStepCache, d_state: State) -> FloatArray:
        slope = 1 - cache.after**2 if self.activation == "tanh" else cache.after > 0
        return d_state[0] * slope
