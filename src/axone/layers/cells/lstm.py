"""Long short-term memory: gates decide what a memory takes in, keeps and shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np

from axone.activations.smooth import logistic
from axone.arrays import FloatArray
from axone.initializers import Constant, Zeros
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
from axone.traced import Index, Traced, Working, joined


class LSTMStepCache(NamedTuple):
    """xₜ, hₜ₋₁, cₜ₋₁, the gates iₜ, fₜ, gₜ and oₜ, and cₜ."""

    x: FloatArray
    before: FloatArray
    memory_before: FloatArray
    input_gate: FloatArray
    forget_gate: FloatArray
    candidate: FloatArray
    output_gate: FloatArray
    memory: FloatArray


@dataclass(frozen=True)
class LSTMCell(Cell[LSTMStepCache]):
    """Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000).

    The state is h, which is the output, and a memory c. With the logistic function σ::

        iₜ = σ(Wᵢ·xₜ + Uᵢ·hₜ₋₁ + bᵢ)        how much of the candidate is taken in
        fₜ = σ(W_f·xₜ + U_f·hₜ₋₁ + b_f)     how much of the memory is kept
        gₜ = tanh(W_g·xₜ + U_g·hₜ₋₁ + b_g)  the candidate
        oₜ = σ(Wₒ·xₜ + Uₒ·hₜ₋₁ + bₒ)        how much of the memory is shown
        cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ
        hₜ = oₜ ⊙ tanh(cₜ)

    and back, where ∂L/∂cₜ begins as what step t + 1 hands back::

        ∂L/∂cₜ ← ∂L/∂cₜ + ∂L/∂hₜ ⊙ oₜ ⊙ (1 − tanh²(cₜ))
        δo = ∂L/∂hₜ ⊙ tanh(cₜ) ⊙ oₜ ⊙ (1 − oₜ)
        δi = ∂L/∂cₜ ⊙ gₜ ⊙ iₜ ⊙ (1 − iₜ)
        δf = ∂L/∂cₜ ⊙ cₜ₋₁ ⊙ fₜ ⊙ (1 − fₜ)
        δg = ∂L/∂cₜ ⊙ iₜ ⊙ (1 − gₜ²)
        ∂L/∂cₜ₋₁ = ∂L/∂cₜ ⊙ fₜ

    With δ the four below one another, W (4·units, features), U (4·units, units), b (4·units,):
    ∂L/∂W = Σₜ δₜ·xₜᵀ, ∂L/∂U = Σₜ δₜ·hₜ₋₁ᵀ, ∂L/∂b = Σₜ δₜ, ∂L/∂xₜ = Wᵀ·δₜ, ∂L/∂hₜ₋₁ = Uᵀ·δₜ.

    Parameters
    ----------
    units : int
        Length of h and of c.
    """

    state_arrays: ClassVar[int] = 2
    gradient_equations: ClassVar[Mapping[str, str]] = GRADIENT_EQUATIONS

    @property
    def equation(self) -> str:
        return "hₜ = oₜ ⊙ tanh(cₜ)"

    def parameters(self, features: int) -> tuple[ParameterSpec, ...]:
        # A memory that is kept at first lets the gradient reach far back (Jozefowicz, Zaremba &
        # Sutskever 2015); at 0 half of it would be forgotten at every step.
        biases = [Zeros(), Constant(1.0), Zeros(), Zeros()]
        return gate_parameters(self.units, features, biases)

    def step(
        self, parameters: LayerArrays, x: FloatArray, state: State
    ) -> tuple[State, LSTMStepCache]:
        before, memory_before = state
        z = x @ parameters["weight"].T + before @ parameters["recurrent_weight"].T
        z_i, z_f, z_g, z_o = gates_of(z + parameters["bias"], self.units)
        i, f, g, o = logistic(z_i), logistic(z_f), np.tanh(z_g), logistic(z_o)
        memory = f * memory_before + i * g
        h = o * np.tanh(memory)
        return (h, memory), LSTMStepCache(x, before, memory_before, i, f, g, o, memory)

    def step_back(
        self, parameters: LayerArrays, cache: LSTMStepCache, d_state: State
    ) -> tuple[FloatArray, State, dict[str, FloatArray]]:
        d_memory, *deltas = self._deltas(cache, d_state)
        delta = np.concatenate(deltas, axis=1)
        gradients = shares_of(gate_factors(delta, cache))
        before = (delta @ parameters["recurrent_weight"], d_memory * cache.forget_gate)
        return delta @ parameters["weight"], before, gradients

    def factors(self, cache: LSTMStepCache, d_state: State) -> dict[str, Factors]:
        _, *deltas = self._deltas(cache, d_state)
        return gate_factors(np.concatenate(deltas, axis=1), cache)

    def trace(self, parameters: LayerArrays, cache: LSTMStepCache) -> tuple[Traced, ...]:
        def gate(number: int, index: Index) -> Working:
            row, unit = index
            inner = gate_working(parameters, cache, number * self.units + unit, row)
            return ("tanh(" if number == _CANDIDATE else "σ(", *inner, ")")

        def of_memory(index: Index) -> Working:
            kept = (float(cache.forget_gate[index]), "·", float(cache.memory_before[index]))
            taken = (float(cache.input_gate[index]), "·", float(cache.candidate[index]))
            return joined(kept, taken)

        gates = (
            ("i", "iₜ = σ(Wᵢ·xₜ + Uᵢ·hₜ₋₁ + bᵢ)", cache.input_gate),
            ("f", "fₜ = σ(W_f·xₜ + U_f·hₜ₋₁ + b_f)", cache.forget_gate),
            ("g", "gₜ = tanh(W_g·xₜ + U_g·hₜ₋₁ + b_g)", cache.candidate),
            ("o", "oₜ = σ(Wₒ·xₜ + Uₒ·hₜ₋₁ + bₒ)", cache.output_gate),
        )
        return (
            *(Traced(*named, partial(gate, number)) for number, named in enumerate(gates)),
            Traced("c", "cₜ = fₜ ⊙ cₜ₋₁ + iₜ ⊙ gₜ", cache.memory, of_memory),
        )

    def state_working(self, parameters: LayerArrays, cache: LSTMStepCache, index: Index) -> Working:
        return (float(cache.output_gate[index]), "·tanh(", float(cache.memory[index]), ")")

    def trace_back(
        self, parameters: LayerArrays, cache: LSTMStepCache, d_state: State
    ) -> tuple[Traced, ...]:
        d_memory, delta_i, delta_f, delta_g, delta_o = self._deltas(cache, d_state)
        dh, handed_back = d_state

        def of_memory(index: Index) -> Working:
            shown = ("·(1 − tanh(", float(cache.memory[index]), ")²)")
            added = (float(dh[index]), "·", float(cache.output_gate[index]), *shown)
            return joined((float(handed_back[index]),), added)

        def of_gate(slope: FloatArray, met: FloatArray, gate: FloatArray, index: Index) -> Working:
            a = float(gate[index])
            return (float(slope[index]), "·", float(met[index]), "·", a, "·(1 − ", a, ")")

        def of_candidate(index: Index) -> Working:
            factors = (float(d_memory[index]), "·", float(cache.input_gate[index]))
            return (*factors, "·(1 − ", float(cache.candidate[index]), "²)")

        def of_output(index: Index) -> Working:
            a = float(cache.output_gate[index])
            shown = (float(dh[index]), "·tanh(", float(cache.memory[index]), ")·")
            return (*shown, a, "·(1 − ", a, ")")

        of_i = partial(of_gate, d_memory, cache.candidate, cache.input_gate)
        of_f = partial(of_gate, d_memory, cache.memory_before, cache.forget_gate)
        of_c = "∂L/∂cₜ = ∂L/∂cₜ₊₁ ⊙ fₜ₊₁ + ∂L/∂hₜ ⊙ oₜ ⊙ (1 − tanh²(cₜ))"
        return (
            Traced("∂L/∂c", of_c, d_memory, of_memory),
            Traced("δi", "δi = ∂L/∂cₜ ⊙ gₜ ⊙ iₜ ⊙ (1 − iₜ)", delta_i, of_i),
            Traced("δf", "δf = ∂L/∂cₜ ⊙ cₜ₋₁ ⊙ fₜ ⊙ (1 − fₜ)", delta_f, of_f),
            Traced("δg", "δg = ∂L/∂cₜ ⊙ iₜ ⊙ (1 − gₜ²)", delta_g, of_candidate),
            Traced("δo", "δo = ∂L/∂hₜ ⊙ tanh(cₜ) ⊙ oₜ ⊙ (1 − oₜ)", delta_o, of_output),
        )

    def _deltas(self, cache: LSTMStepCache, d_state: State) -> tuple[FloatArray, ...]:
        """Return ∂L/∂cₜ and the δ of the gates i, f, g and o."""
        dh, d_memory = d_state
        i, f, g, o = cache.input_gate, cache.forget_gate, cache.candidate, cache.output_gate
        shown = np.tanh(cache.memory)
        d_memory = d_memory + dh * o * (1 - shown**2)
        return (
            d_memory,
            d_memory * g * i * (1 - i),
            d_memory * cache.memory_before * f * (1 - f),
            d_memory * i * (1 - g**2),
            dh * shown * o * (1 - o),
        )


_CANDIDATE = 2
"""The number of the gate that is no gate: its function is tanh."""
