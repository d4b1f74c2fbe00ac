"""The gated recurrent unit: two gates, and no memory beside the state."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np

from axone.activations.smooth import logistic
from axone.arrays import FloatArray
from axone.initializers import Zeros
from axone.layers.cells.cell import (
    GRADIENT_EQUATIONS,
    Cell,
    Factors,
    State,
    gate_factors,
    gate_parameters,
    gate_working,
    gates_of,
    shares_of,
)
from axone.layers.layer import LayerArrays, ParameterSpec
from axone.traced import Index, Traced, Working, joined, products


class GRUStepCache(NamedTuple):
    """xₜ, hₜ₋₁, the gates rₜ and zₜ, sₜ, and the candidate nₜ."""

    x: FloatArray
    before: FloatArray
    reset_gate: FloatArray
    update_gate: FloatArray
    recalled: FloatArray
    candidate: FloatArray


@dataclass(frozen=True)
class GRUCell(Cell[GRUStepCache]):
    """The gated recurrent unit (Cho et al. 2014), reset after the product as PyTorch and cuDNN do.

    With the logistic function σ::

        rₜ = σ(Wᵣ·xₜ + Uᵣ·hₜ₋₁ + bᵣ)        how much of the state the candidate sees
        zₜ = σ(W_z·xₜ + U_z·hₜ₋₁ + b_z)     how much of the state is kept
        sₜ = Uₙ·hₜ₋₁ + b′                   what is recalled of the state
        nₜ = tanh(Wₙ·xₜ + bₙ + rₜ ⊙ sₜ)     the candidate
        hₜ = (1 − zₜ) ⊙ nₜ + zₜ ⊙ hₜ₋₁

    (Cho et al. reset first, Uₙ·(rₜ ⊙ hₜ₋₁), and call 1 − zₜ what is zₜ here.) And back::

        δn = ∂L/∂hₜ ⊙ (1 − zₜ) ⊙ (1 − nₜ²)
        δz = ∂L/∂hₜ ⊙ (hₜ₋₁ − nₜ) ⊙ zₜ ⊙ (1 − zₜ)
        δr = δn ⊙ sₜ ⊙ rₜ ⊙ (1 − rₜ)
        δs = δn ⊙ rₜ

    W (3·units, features), U (3·units, units) and b (3·units,) hold the gates in the order r, z, n;
    b′ is ``recurrent_bias`` (units,). With δ = (δr, δz, δn) and δ′ = (δr, δz, δs) below one
    another: ∂L/∂W = Σₜ δₜ·xₜᵀ, ∂L/∂b = Σₜ δₜ, ∂L/∂U = Σₜ δ′ₜ·hₜ₋₁ᵀ, ∂L/∂b′ = Σₜ δs,
    ∂L/∂xₜ = Wᵀ·δₜ, ∂L/∂hₜ₋₁ = ∂L/∂hₜ ⊙ zₜ + Uᵀ·δ′ₜ.

    Parameters
    ----------
    units : int
        Length of h.
    """

    gradient_equations: ClassVar[Mapping[str, str]] = {
        **GRADIENT_EQUATIONS,
        "recurrent_weight": "∂L/∂U = Σₜ δ′ₜ·hₜ₋₁ᵀ",
        "recurrent_bias": "∂L/∂b′ = Σₜ δs",
    }

    @property
    def equation(self) -> str:
        return "hₜ = (1 − zₜ) ⊙ nₜ + zₜ ⊙ hₜ₋₁"

    def parameters(self, features: int) -> tuple[ParameterSpec, ...]:
        units = self.units
        return (
            *gate_parameters(units, features, [Zeros()] * 3),
            ParameterSpec("recurrent_bias", (units,), Zeros(), units, units),
        )

    def step(
        self, parameters: LayerArrays, x: FloatArray, state: State
    ) -> tuple[State, GRUStepCache]:
        (before,) = state
        of_x = x @ parameters["weight"].T + parameters["bias"]
        x_r, x_z, x_n = gates_of(of_x, self.units)
        h_r, h_z, h_n = gates_of(before @ parameters["recurrent_weight"].T, self.units)
        r, z = logistic(x_r + h_r), logistic(x_z + h_z)
        s = h_n + parameters["recurrent_bias"]
        n = np.tanh(x_n + r * s)
        h = (1 - z) * n + z * before
        return (h,), GRUStepCache(x, before, r, z, s, n)

    def step_back(
        self, parameters: LayerArrays, cache: GRUStepCache, d_state: State
    ) -> tuple[FloatArray, State, dict[str, FloatArray]]:
        factors = self.factors(cache, d_state)
        delta, recurrent_delta = factors["weight"][0], factors["recurrent_weight"][0]
        through_gates = recurrent_delta @ parameters["recurrent_weight"]
        before = d_state[0] * cache.update_gate + through_gates
        return delta @ parameters["weight"], (before,), shares_of(factors)

    def factors(self, cache: GRUStepCache, d_state: State) -> dict[str, Factors]:
        delta_r, delta_z, delta_n, delta_s = self._deltas(cache, d_state)
        delta = np.concatenate([delta_r, delta_z, delta_n], axis=1)
        recurrent_delta = np.concatenate([delta_r, delta_z, delta_s], axis=1)
        return {
            **gate_factors(delta, cache),
            "recurrent_weight": (recurrent_delta, cache.before),
            "recurrent_bias": (delta_s, None),
        }

    def trace(self, parameters: LayerArrays, cache: GRUStepCache) -> tuple[Traced, ...]:
        weight, recurrent = parameters["weight"], parameters["recurrent_weight"]

        def gate(number: int, index: Index) -> Working:
            row, unit = index
            return ("σ(", *gate_working(parameters, cache, number * self.units + unit, row), ")")

        def of_recalled(index: Index) -> Working:
            row, unit = index
            bias = (float(parameters["recurrent_bias"][unit]),)
            return products(recurrent[2 * self.units + unit], cache.before[row], bias)

        def of_candidate(index: Index) -> Working:
            row, unit = index
            place = 2 * self.units + unit
            bias = (float(parameters["bias"][place]),)
            seen = (float(cache.reset_gate[index]), "·", float(cache.recalled[index]))
            return ("tanh(", *products(weight[place], cache.x[row], bias, seen), ")")

        of_n = "nₜ = tanh(Wₙ·xₜ + bₙ + rₜ ⊙ sₜ)"
        return (
            Traced("r", "rₜ = σ(Wᵣ·xₜ + Uᵣ·hₜ₋₁ + bᵣ)", cache.reset_gate, partial(gate, 0)),
            Traced("z", "zₜ = σ(W_z·xₜ + U_z·hₜ₋₁ + b_z)", cache.update_gate, partial(gate, 1)),
            Traced("s", "sₜ = Uₙ·hₜ₋₁ + b′", cache.recalled, of_recalled),
            Traced("n", of_n, cache.candidate, of_candidate),
        )

    def state_working(self, parameters: LayerArrays, cache: GRUStepCache, index: Index) -> Working:
        z, n = float(cache.update_gate[index]), float(cache.candidate[index])
        return joined(("(1 − ", z, ")·", n), (z, "·", float(cache.before[index])))

    def trace_back(
        self, parameters: LayerArrays, cache: GRUStepCache, d_state: State
    ) -> tuple[Traced, ...]:
        delta_r, delta_z, delta_n, delta_s = self._deltas(cache, d_state)

        def of_candidate(index: Index) -> Working:
            z, n = float(cache.update_gate[index]), float(cache.candidate[index])
            return (float(d_state[0][index]), "·(1 − ", z, ")·(1 − ", n, "²)")

        def of_update(index: Index) -> Working:
            z, n = float(cache.update_gate[index]), float(cache.candidate[index])
            difference = ("·(", float(cache.before[index]), " − ", n, ")·")
            return (float(d_state[0][index]), *difference, z, "·(1 − ", z, ")")

        def of_reset(index: Index) -> Working:
            r = float(cache.reset_gate[index])
            factors = (float(delta_n[index]), "·", float(cache.recalled[index]), "·")
            return (*factors, r, "·(1 − ", r, ")")

        def of_recalled(index: Index) -> Working:
            return (float(delta_n[index]), "·", float(cache.reset_gate[index]))

        of_z = "δz = ∂L/∂hₜ ⊙ (hₜ₋₁ − nₜ) ⊙ zₜ ⊙ (1 − zₜ)"
        return (
            Traced("δn", "δn = ∂L/∂hₜ ⊙ (1 − zₜ) ⊙ (1 − nₜ²)", delta_n, of_candidate),
            Traced("δz", of_z, delta_z, of_update),
            Traced("δr", "δr = δn ⊙ sₜ ⊙ rₜ ⊙ (1 − rₜ)", delta_r, of_reset),
            Traced("δs", "δs = δn ⊙ rₜ", delta_s, of_recalled),
        )

    def _deltas(self, cache: GRUStepCache, d_state: State) -> tuple[FloatArray, ...]:
        """Return δr, δz, δn and δs."""
        (dh,) = d_state
        r, z, n = cache.reset_gate, cache.update_gate, cache.candidate
        delta_n = dh * (1 - z) * (1 - n**2)
        delta_z = dh * (cache.before - n) * z * (1 - z)
        delta_r = delta_n * cache.recalled * r * (1 - r)
        return delta_r, delta_z, delta_n, delta_n * r
